// Task 8: nothing is left, asked by name, by tag and in the other places where it could be.
'use strict';

async function run({ world, claim }) {
    const left = await world.left();
    claim(!left.length, 'nothing is left', `left: ${left.join(', ')}. TARGET=... lab/lab down, and look again`);
}

module.exports = { title: 'clean up', run };
