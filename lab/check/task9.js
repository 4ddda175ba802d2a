// Task 9: the report. It names two things that came out otherwise than predicted, with the
// numbers of the last plot, and says why. That the two were equal is never so: a model that
// leaves nothing out is the thing itself.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const plotted = require('./plotted');

const WANTED = 2;
const CAUSE_WORDS = 12;
const CAUSE_DIFFERENT = 7; /* of three letters and more; a sentence of twelve words has them */
const EVIDENCE_PARTS = 3;
const EQUAL = /\b((two|both|runs|pictures) (are|were) (all )?(identical|equal|the same)|no differences?|nothing differs?|exactly the same|as predicted in every)\b/i;
const COLD = /\bcold\b|\benvironments?\b/i;

// "## Difference" begins one; in it "fact:", "predicted:", "measured:", "cause:", "evidence:".
function readReport(text) {
    const [head, ...parts] = text.split(/^##\s+Difference.*$/m);
    const fields = (part) => Object.fromEntries([...part.matchAll(/^\s*(fact|predicted|measured|cause|evidence|build)\s*:[ \t]*([^]*?)(?=^\s*(?:fact|predicted|measured|cause|evidence|build)\s*:|^#|(?![^]))/gm)]
        .map(([, name, value]) => [name, value.trim()]));
    return { build: fields(head).build, differences: parts.map(fields) };
}

const words = (text = '') => text.split(/\s+/).filter((one) => /\w/.test(one)).length;

const different = (list) => new Set(list.map((one) => one.toLowerCase())).size;
const longWords = (text = '') => text.match(/\p{L}{3,}/gu) ?? [];
const parts = (text = '') => text.match(/[\p{L}\p{N}]+/gu) ?? [];
const plain = (text = '') => parts(text).join(' ').toLowerCase();

// Numbers and names with a digit as a text holds them: 1655, 95.5, b7f3; 1,655 is 1655, too.
const figures = (text) => [text, text.replace(/(\d),(?=\d{3}\b)/g, '$1')]
    .flatMap((one) => one.match(/[\p{L}\p{N}_-]*\d(?:[\p{L}\p{N}_.-]*[\p{L}\p{N}])?/gu) ?? [])
    .flatMap((one) => [one, one.replace(/(ms|s|%)$/, '')]);

// All figures of the last plot: its table, what was predicted, what was recorded.
function plottedFigures({ build, target }, facts) {
    const files = [`load-${target}.csv`, 'predicted.csv', 'predicted.json'].map((one) => path.join(build, 'lab', one));
    const texts = files.filter((one) => fs.existsSync(one)).map((one) => fs.readFileSync(one, 'utf8').replace(/,/g, ' '));
    return new Set([...facts.flatMap((one) => [String(one.predicted), String(one.measured)]), ...texts.flatMap(figures)]);
}

function reasons({ claim }, one, is, known) {
    const cause = longWords(one.cause), evidence = one.evidence ?? '';
    claim(words(one.cause) >= CAUSE_WORDS && different(cause) >= CAUSE_DIFFERENT, `${is} has a cause`,
        `"cause:" has ${words(one.cause)} words, ${different(cause)} different ones of three letters or more; it takes ${CAUSE_WORDS} and ${CAUSE_DIFFERENT} to say what the model leaves out and what that did`);
    claim(/\d/.test(evidence) && different(parts(evidence)) >= EVIDENCE_PARTS, `${is} has evidence`,
        `"evidence:" is "${evidence}": quote the line of the recording, the log or the status that shows it, with what its numbers are`);
    claim(figures(evidence).some((figure) => known.has(figure)), `${is} has evidence of this run`,
        `no number of "${evidence}" stands in the table, the prediction or the recording of the last plot: quote one of them as it stands there`);
}

function difference(all, one, index, facts) {
    const { claim } = all;
    const is = `difference ${index + 1}`;
    const fact = facts.find((known) => known.fact === one.fact);
    if (!claim(fact, `${is} is about a line of the plot`, `fact: "${one.fact ?? ''}"; there are ${facts.map((known) => known.fact).join(', ')}`)) return;
    claim(one.predicted === String(fact.predicted) && one.measured === String(fact.measured), `${is} has the numbers of ${fact.fact}`,
        `it says predicted "${one.predicted ?? ''}", measured "${one.measured ?? ''}"; the last plot says ${fact.predicted} and ${fact.measured}`);
    claim(fact.predicted !== fact.measured, `${is} is one`, `${fact.fact} was ${fact.measured}, as predicted: choose another`);
}

async function run(all) {
    const { claim, given } = all;
    const found = plotted(given);
    if (!claim(found, 'there is a plot to report on', `no ${given.build}/lab/plot-${given.target}.json. First task 7: lab/lab plot`)) return;
    const file = path.join(given.build, 'lab', 'report.md');
    if (!claim(fs.existsSync(file), 'the report is there', `there is no ${file}; the task says what goes into it`)) return;
    const text = fs.readFileSync(file, 'utf8');
    const { build, differences } = readReport(text);
    claim(build === found.builds.join(','), 'it says which build it is about', `it says "${build ?? ''}"; the run was of ${found.builds.join(', ')}`);
    claim(!EQUAL.test(text), 'it does not claim that the two were equal', `it says "${EQUAL.exec(text)?.[0]}"`);
    const names = new Set(differences.map((one) => one.fact));
    claim(names.size >= WANTED, `it explains ${WANTED} differences`, names.size < differences.length ? `there are ${differences.length}, of ${names.size} fact: choose another line of the table for one`
        : `found ${names.size}: begin each with "## Difference"`);
    const facts = [...found.rules, ...found.also];
    const known = plottedFigures(given, facts);
    differences.forEach((one, i) => {
        difference(all, one, i, facts);
        reasons(all, one, `difference ${i + 1}`, known);
    });
    const said = differences.map((one) => plain(`${one.cause} ${one.evidence}`));
    claim(new Set(said).size === said.length, 'each has its own cause and evidence',
        'two of them say the same. If one cause made both, say of each what it did there, and where one can see it');
    claim(differences.some((one) => COLD.test(one.cause ?? '')), 'and says what environments and their cold starts did to it',
        'no cause speaks of them: which of them were there, which were made, which were taken?');
}

module.exports = { title: 'wrap up', run };
