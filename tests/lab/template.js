// Holds lab/template.yaml against our rules and against AWS's validator, then shows that
// the rules can say no: each edit of template_wrong.json must be refused by its rule.
//
//     LAB_NODE_MODULES=.. LINT=FOLDER node tests/lab/template.js
//
// Prints a line for each check, `ok ...` or `FAILED ...`. tests/lab/template.sh calls it.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');
const { parseTemplate, resolve } = require('../../lab/twin/template');
const { rules } = require('./template_rules');

const ROOT = path.join(__dirname, '../..');
const FILE = path.join(ROOT, 'lab/template.yaml');
/* The zips are put in place of their paths by `aws cloudformation package`. */
const EXPECTED = ['W3002'];

let failed = false;

function check(what, complaints) {
    console.log(`${complaints.length ? 'FAILED' : 'ok'} ${what}`);
    for (const one of complaints) console.log(`    ${one}`);
    failed ||= complaints.length > 0;
}

// The complaints of each rule, as { rule: [..] }; only those that have any.
function judge(text, scene) {
    const template = parseTemplate(text, 'template.yaml');
    const resolved = resolve(template);
    const all = Object.entries(rules).map(([name, rule]) => [name, rule({ template, resolved, scene })]);
    return Object.fromEntries(all.filter(([, complaints]) => complaints.length));
}

function edited(text, { from, to }) {
    const at = text.indexOf(from);
    return at < 0 ? null : text.slice(0, at) + to + text.slice(at + from.length);
}

function refused(text, scene, wrong) {
    const changed = edited(text, wrong);
    if (changed === null) return [`the template has no ${JSON.stringify(wrong.from)} to replace`];
    const by = Object.keys(judge(changed, scene));
    return by.join() === wrong.rules.join() ? [] : [`refused by ${by.join(', ') || 'no rule'}, wanted ${wrong.rules.join(', ')}`];
}

function validator(folder) {
    const load = createRequire(path.join(path.resolve(folder), 'node_modules', 'lint.js'));
    const { CelEngine, TemplateFile } = load('@aws/cloudformation-validate');
    const engine = new CelEngine();
    const complain = (file) => engine.validateStandard(new TemplateFile(file)).diagnostics
        .filter((one) => one.severity !== 'INFO' && !EXPECTED.includes(one.ruleId))
        .map((one) => `${one.severity} ${one.ruleId} ${one.message}`);
    return { complain, free: () => engine.free() };
}

function checkValidator(text, folder) {
    const { complain, free } = validator(folder);
    const work = fs.mkdtempSync(path.join(folder, 'wrong-'));
    const file = path.join(work, 'template.yaml');
    fs.writeFileSync(file, text.replace('KeySchema:', 'KeySchemas:'));
    check("AWS's validator finds nothing in the template", complain(FILE));
    check("AWS's validator refuses a property that there is not", complain(file).length ? [] : ['it found nothing']);
    fs.rmSync(work, { recursive: true });
    free();
}

function main() {
    const text = fs.readFileSync(FILE, 'utf8');
    const scene = JSON.parse(fs.readFileSync(path.join(ROOT, 'lab/scene.json'), 'utf8'));
    const wrongs = JSON.parse(fs.readFileSync(path.join(__dirname, 'template_wrong.json'), 'utf8'));
    const found = judge(text, scene);
    for (const name of Object.keys(rules)) check(`rule ${name}`, found[name] ?? []);
    for (const wrong of wrongs) check(`refused: ${wrong.what}`, refused(text, scene, wrong));
    const proven = new Set(wrongs.flatMap((one) => one.rules));
    check('every rule has refused something', Object.keys(rules).filter((name) => !proven.has(name)));
    checkValidator(text, process.env.LINT);
    process.exitCode = failed ? 1 : 0;
}

main();
