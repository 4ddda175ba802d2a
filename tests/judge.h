/* judge.h - what the check of chapter 16 asks of mine.txt and tune.txt. Each of these
 * is a whole test: it ends well, or it ends the test with its story. The files lie in
 * chapters/, or where the environment's MINE says. */
#ifndef JUDGE_H
#define JUDGE_H

void judge_readable(void);  /* mine.txt can be read */
void judge_innocents(void); /* its scripts hold for every correct breaker */
void judge_own(void);       /* and for the reader's own */

/* All suspects of a theme are convicted; that is for the reader's task of this number.
 */
void judge_suspects(const char *theme, int task);

/* tune.txt is worth so many points in each of the six storms, and in all of them. */
void judge_each_storm(int points);
void judge_all_storms(int points);

/* Where the file of that name lies. */
void judge_path(const char *name, char path[512]);

#endif
