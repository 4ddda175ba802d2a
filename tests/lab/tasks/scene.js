// The lab's scene and its template with everything five times as fast, for
// tests/lab/tasks.sh: `scene.js DIR` writes DIR/scene.json and DIR/template.yaml. Same
// rates, same rules, same limits but for those that are lengths of a rest.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const OPEN_MS = 2000;
const folder = process.argv[2];
const scene = JSON.parse(fs.readFileSync('lab/scene.json', 'utf8'));

scene.run_ms = 24000;
scene.bucket_ms = 500;
scene.faults = [{ kind: 'hang', from_ms: 4000, to_ms: 9000 }];
scene.clients.lab.open_ms = OPEN_MS;
scene.expect.find((one) => one.fact === 'recovered_ms').max = OPEN_MS;

const template = fs.readFileSync('lab/template.yaml', 'utf8').replace('"open_ms": 10000', `"open_ms": ${OPEN_MS}`);
fs.writeFileSync(path.join(folder, 'scene.json'), JSON.stringify(scene, null, 2));
fs.writeFileSync(path.join(folder, 'template.yaml'), template);
