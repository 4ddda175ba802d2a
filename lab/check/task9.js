// Task 9: the report. It names two things that came out otherwise than predicted, with the
// numbers of the last plot, and says why. That the two were equal is never so: a model that
// leaves nothing out is the thing itself.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const plotted = require('./plotted');

const WANTED = 2;
const CAUSE_WORDS = 12;
const EQUAL = /\b(identical|no differences?|nothing differs?|exactly the same|are (the same|equal)|as predicted in every)\b/i;
const COLD = /\bcold\b|\benvironments?\b/i;

// "## Difference" begins one; in it "fact:", "predicted:", "measured:", "cause:", "evidence:".
function readReport(text) {
    const [head, ...parts] = text.split(/^##\s+Difference.*$/m);
    const fields = (part) => Object.fromEntries([...part.matchAll(/^\s*(fact|predicted|measured|cause|evidence|build)\s*:[ \t]*([^]*?)(?=^\s*(?:fact|predicted|measured|cause|evidence|build)\s*:|^#|(?![^]))/gm)]
        .map(([, name, value]) => [name, value.trim()]));
    return { build: fields(head).build, differences: parts.map(fields) };
}

const words = (text = '') => text.split(/\s+/).filter((one) => /\w/.test(one)).length;

function difference({ claim }, one, index, facts) {
    const is = `difference ${index + 1}`;
    const fact = facts.find((known) => known.fact === one.fact);
    if (!claim(fact, `${is} is about a line of the plot`, `fact: "${one.fact ?? ''}"; there are ${facts.map((known) => known.fact).join(', ')}`)) return;
    claim(one.predicted === String(fact.predicted) && one.measured === String(fact.measured), `${is} has the numbers of ${fact.fact}`,
        `it says predicted "${one.predicted ?? ''}", measured "${one.measured ?? ''}"; the last plot says ${fact.predicted} and ${fact.measured}`);
    claim(fact.predicted !== fact.measured, `${is} is one`, `${fact.fact} was ${fact.measured}, as predicted: choose another`);
    claim(words(one.cause) >= CAUSE_WORDS, `${is} has a cause`, `"cause:" has ${words(one.cause)} words; it takes ${CAUSE_WORDS} to say what the model leaves out and what that did`);
    claim(/\d/.test(one.evidence ?? ''), `${is} has evidence`, '"evidence:" holds no number: quote the line of the recording, the log or the status that shows it');
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
    claim(names.size >= WANTED, `it explains ${WANTED} differences`, `found ${names.size}: begin each with "## Difference"`);
    differences.forEach((one, i) => difference(all, one, i, [...found.rules, ...found.also]));
    claim(differences.some((one) => COLD.test(one.cause ?? '')), 'and says what environments and their cold starts did to it',
        'no cause speaks of them: which of them were there, which were made, which were taken?');
}

module.exports = { title: 'wrap up', run };
