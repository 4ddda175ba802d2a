/* Check of chapter 16: it checks tests, the reader's. Their scripts are played against
 * right breakers and wrong ones, their configuration in six storms; judge.h does it. */
#include "judge.h"
#include "script.h"

enum { EACH = 80, ALL = 540 };

static void count(void)
{
    judge_suspects("count", 1);
}

static void rest(void)
{
    judge_suspects("rest", 1);
}

static void scouts(void)
{
    judge_suspects("scouts", 1);
}

static void leases(void)
{
    judge_suspects("leases", 1);
}

static void late(void)
{
    judge_suspects("late", 1);
}

static void rates(void)
{
    judge_suspects("rates", 2);
}

static void windows(void)
{
    judge_suspects("windows", 2);
}

static void slow(void)
{
    judge_suspects("slow", 2);
}

static void growing(void)
{
    judge_suspects("growing", 2);
}

static void each_storm(void)
{
    judge_each_storm(EACH);
}

static void all_storms(void)
{
    judge_all_storms(ALL);
}

static const struct check_test tests[] = {
    {"readable", "every line of mine.txt can be read",
     "The head of the file says what may stand in it.", .body = judge_readable},
    {"innocent", "no script accuses a correct breaker",
     "breaker.h promises something else, or leaves it open: then a test must, too.",
     .body = judge_innocents},
    {"own", "your own breaker does what they want",
     "What every correct breaker does, yours has to do.", .body = judge_own},
    {"count", "whoever cannot count failures is convicted",
     "Chapter 3: what counts, what does not, and what starts the count again?",
     .body = count},
    {"rest", "whoever rests too long or too short is convicted",
     "Chapter 4: the last millisecond of a rest, and the first after it.",
     .body = rest},
    {"scouts", "whoever takes a scout's answer for another is convicted",
     "Chapter 5: good, failed, ignored; and who goes while it is out?", .body = scouts},
    {"leases", "whoever waits for lost scouts is convicted",
     "Chapter 6: a scout that does not come home, and one that comes late.",
     .body = leases},
    {"late", "whoever listens to late news is convicted",
     "Chapter 7: a call of an earlier state, and each state it can end in.",
     .body = late},
    {"rates", "whoever cannot divide is convicted",
     "Chapter 8: the numbers on both sides of the share.", .body = rates},
    {"windows", "whoever keeps too much or too little in mind is convicted",
     "Chapter 9: what lies within the last window_ms, wherever it begins.",
     .body = windows},
    {"slow", "whoever takes slow for fast, or for failed, is convicted",
     "Chapter 9: a late answer, none at all, and a slow scout.", .body = slow},
    {"growing", "whoever rests longer and longer is convicted",
     "Chapter 10: when does a rest grow, and how far?", .body = growing},
    {"each-storm", "your configuration is worth 80 points in each storm",
     "The head of tune.txt says what may stand in it; make plot CH=16 shows what it "
     "does.",
     .body = each_storm},
    {"all-storms", "and 540 in all six",
     "Invariant 13 comes first; then turn one knob at a time, and look at all six.",
     .body = all_storms},
};

int main(int argc, char **argv)
{
    return check_main(argc, argv,
                      &(struct check){16, "break-it-on-purpose", tests,
                                      (int)(sizeof tests / sizeof tests[0])});
}
