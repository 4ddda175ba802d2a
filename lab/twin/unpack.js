// Where a function's code comes from, unpacked as Lambda unpacks it:
//
//     --zips DIR   DIR/client.zip, with a file `bootstrap` in its root that may be executed
//     --bin DIR    DIR/client/bootstrap, or DIR/client itself as a program: nothing to unpack
//
// Resolves to the folder that holds `bootstrap`. `into` is made for the purpose.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { promisify } = require('node:util');
const load = require('./modules');
const { bootstrapError } = require('./environment');

const MODE_BITS = 0o777;

async function unzip(file, into) {
    const yauzl = load('yauzl'); /* it refuses names that lead out of the folder */
    const zip = await promisify(yauzl.open)(file, { lazyEntries: true, autoClose: false });
    const open = promisify(zip.openReadStream.bind(zip));
    try {
        await new Promise((resolve, reject) => {
            zip.on('error', reject);
            zip.on('end', resolve);
            zip.on('entry', (entry) => unzipOne(entry, open, into).then(() => zip.readEntry(), reject));
            zip.readEntry();
        });
    } finally {
        zip.close();
    }
}

async function unzipOne(entry, open, into) {
    const target = path.join(into, entry.fileName);
    if (entry.fileName.endsWith('/')) return fs.mkdirSync(target, { recursive: true });
    fs.mkdirSync(path.dirname(target), { recursive: true });
    const mode = (entry.externalFileAttributes >>> 16) & MODE_BITS;
    return pipeline(await open(entry), fs.createWriteStream(target, { mode: mode || 0o644 }));
}

function checked(folder, from) {
    const error = bootstrapError(folder);
    if (error) throw new Error(`${from}: ${error}`);
    return folder;
}

// `name` is the function's code as the template calls it: client for ../build/lambda/client.zip
async function unpack({ zips, bin }, name, into) {
    if (bin) {
        const given = path.resolve(bin, name);
        if (!fs.existsSync(given)) throw new Error(`there is no ${given}`);
        if (fs.statSync(given).isDirectory()) return checked(given, bin);
        fs.mkdirSync(into, { recursive: true });
        fs.copyFileSync(given, path.join(into, 'bootstrap'));
        return checked(into, given);
    }
    const file = path.resolve(zips, `${name}.zip`);
    if (!fs.existsSync(file)) throw new Error(`there is no ${file}. \`make lambda\` makes it; or give --bin.`);
    fs.mkdirSync(into, { recursive: true });
    await unzip(file, into);
    return checked(into, file);
}

module.exports = { unpack };
