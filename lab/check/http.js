// One HTTP request: { status, headers, text, json }. Rejects when nobody answers in time.
'use strict';

const http = require('node:http');
const https = require('node:https');

const PATIENCE_MS = 15000;

function parsed(text) {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

function request(url, { method = 'GET', body, headers = {} } = {}) {
    return new Promise((resolve, reject) => {
        const one = (url.startsWith('https:') ? https : http).request(url, { method, headers, timeout: PATIENCE_MS }, (response) => {
            const parts = [];
            response.on('data', (part) => parts.push(part)).on('error', reject).on('end', () => {
                const text = Buffer.concat(parts).toString();
                resolve({ status: response.statusCode, headers: response.headers, text, json: parsed(text) });
            });
        });
        one.on('timeout', () => one.destroy(new Error(`no answer from ${url} in ${PATIENCE_MS / 1000} s`))).on('error', reject);
        one.end(body);
    });
}

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

module.exports = { request, sleep };
