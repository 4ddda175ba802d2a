// The picture of lab/lab plot, as a program for gnuplot: one panel for each kind of answer,
// one for the calls to the backend, one for the state. The measured run is a surface, the
// predicted one a line, so that no colour is needed to tell them apart.
//
//     script(predicted, measured, scene, out)    draws out.svg and out.png
//
// Both lists have storm's buckets (record.js).
'use strict';

const PANELS = [
    ['fresh', (one) => one.fresh, 0x0072B2],
    ['fallback', (one) => one.stale, 0xE69F00],
    ['refused', (one) => one.refused, 0x56B4E9],
    ['failed', (one) => one.failed + one.no_room, 0xD55E00],
    ['calls', (one) => one.attempts, 0x666666],
];
const HEIGHT = { C: 0, H: 1, O: 2 };
const LEFT = 0.1;
const RIGHT = 0.98;
const TOP = 0.91;
const BOTTOM = 0.07;

// Exact stairs: two points for each bucket.
const stairs = (list, width, value) => list.flatMap((one) => (
    [one.time_ms, one.time_ms + width].map((ms) => `${(ms / 1000).toFixed(3)} ${value(one)}`))).join('\n');

function block(name, list, width, value) {
    return `$${name} << EOD\n${stairs(list, width, value)}\nEOD\n`;
}

const perSecond = (pick, width) => (one) => ((1000 * pick(one)) / width).toFixed(3);
const hex = (colour) => `#${colour.toString(16).padStart(6, '0')}`;

function data(predicted, measured, width) {
    const both = PANELS.flatMap(([name, pick]) => [
        block(`m_${name}`, measured, width, perSecond(pick, width)), block(`p_${name}`, predicted, width, perSecond(pick, width))]);
    const state = (one) => HEIGHT[one.item] ?? 0;
    return [...both, block('m_state', measured, width, state), block('p_state', predicted, width, state)].join('');
}

// Dark bands: the fault, as each of the two had it. They differ by a fraction of a second.
function bands(scene) {
    return scene.faults.map(({ from_ms: from, to_ms: to }) => (
        `set object rect from ${from / 1000},graph 0 to ${to / 1000},graph 1 behind fc rgb 'black' fs transparent solid 0.08 noborder`)).join('\n');
}

// Both fit, with air above, and an empty panel has a scale too.
function most(lists, pick, width) {
    const all = lists.flat().map((one) => (1000 * pick(one)) / width);
    return (1.1 * Math.max(2, ...all)).toFixed(2);
}

function panel(index, { name, colour, highest }, last) {
    const height = (TOP - BOTTOM) / (PANELS.length + 1);
    const top = TOP - index * height;
    const state = name === 'state';
    return `
set lmargin at screen ${LEFT}; set rmargin at screen ${RIGHT}
set tmargin at screen ${top.toFixed(4)}; set bmargin at screen ${(top - height + 0.018).toFixed(4)}
set ylabel '${name}${state ? '' : '/s'}' offset .5,0
${state ? "set yrange [-.2:2.4]\nset ytics ('closed' 0, 'half-open' 1, 'open' 2)" : `set yrange [0:${highest}]\nset ytics 0,${[1, 2, 5, 10, 20, 50].find((step) => highest / step < 7) ?? 100}`}
${last ? "set format x '%g'\nset xlabel 'seconds' offset 0,.7" : "set format x ''\nunset xlabel"}
plot $m_${name} with filledcurves y1=${state ? -0.2 : 0} fc rgb '${hex(colour)}' fs solid 0.45 noborder ${index ? 'notitle' : "title 'measured'"}, \\
     $p_${name} with lines lw 1.8 lc rgb '#111111' ${index ? 'notitle' : "title 'predicted'"}
`;
}

function script(predicted, measured, scene, out) {
    const width = scene.bucket_ms ?? 1000;
    const panels = [...PANELS.map(([name, pick, colour]) => ({ name, colour, highest: most([predicted, measured], pick, width) })),
        { name: 'state', colour: 0x009E73 }];
    const draw = (terminal, file) => `
set terminal ${terminal}
set output '${file}'
set multiplot title "${scene.name}: the measured run over the predicted one (grey: the fault)"
set key at screen ${RIGHT},0.955 right horizontal
${panels.map((one, i) => panel(i, one, i === panels.length - 1)).join('')}
unset multiplot
unset output
`;
    return `# Made by lab/lab plot; gnuplot draws it.
${data(predicted, measured, width)}
set xrange [0:${scene.run_ms / 1000}]
set grid xtics ytics lc rgb '#dddddd'
set tics out nomirror
${bands(scene)}
${draw("svg size 900,780 font 'sans,12' background 'white'", `${out}.svg`)}
${draw("pngcairo size 900,780 font 'sans,11'", `${out}.png`)}
`;
}

module.exports = { script };
