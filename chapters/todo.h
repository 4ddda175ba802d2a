/* todo.h - how an unwritten function says so.
 *
 * The stubs in this folder call todo(chapter, task) and return something harmless. The
 * check turns it into a failed test, "not written yet: chapter 5, task 2"; the storm
 * runs on and says it under its picture. When you write a function, delete its line. */
#ifndef TODO_H
#define TODO_H

void todo(int chapter, int task);

#endif
