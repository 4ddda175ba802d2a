/* unwritten.c - todo() in a Lambda. It is linked only with FORCE=1: without, a function
 * that is still a stub is a reason not to pack. */
#include "todo.h"

#include <stdio.h>

void todo(int chapter, int task)
{
    fprintf(stderr, "not written yet: chapter %d, task %d\n", chapter, task);
}
