// book.js - the one thing that the pages do by themselves: light or dark. Without a choice
// of the reader's, the system's counts. Nothing is loaded from anywhere.
'use strict';

const root = document.documentElement;
const wantsDark = window.matchMedia('(prefers-color-scheme: dark)');

function remembered() {
  try {
    return localStorage.getItem('theme');
  } catch {
    return null; // storage may be forbidden, for one in a file
  }
}

function remember(theme) {
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // Then it holds for this page alone.
  }
}

const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : wantsDark.matches);

const before = remembered();
if (before === 'light' || before === 'dark') root.dataset.theme = before;

document.addEventListener('DOMContentLoaded', () => {
  const button = document.getElementById('theme');
  const label = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `Switch to ${isDark() ? 'light' : 'dark'} colours`);
  };
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    remember(root.dataset.theme);
    label();
  });
  wantsDark.addEventListener('change', label);
  button.hidden = false;
  label();
});
