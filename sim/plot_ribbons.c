/* plot_ribbons.c - the states of the breakers over time, a row for each. */
#include "plot_panels.h"

/* A time in which a breaker stayed in one state. */
struct stay {
    uint32_t next; /* bucket */
    uint8_t state;
    double from_s, to_s;
};

static bool next_stay(const struct record *r, uint32_t row, struct stay *s)
{
    if (s->next == r->buckets)
        return false;
    s->from_s = plot_end_s(r, s->next);
    s->state = r->bucket[s->next].state[row];
    while (s->next < r->buckets && r->bucket[s->next].state[row] == s->state)
        s->next++;
    s->to_s = plot_end_s(r, s->next);
    return true;
}

/* The rows of this column: few breakers get thicker rows, not all of the height. */
static double rows(const struct plot_panel *p)
{
    double least = p->scales->ribbons / 4.0, own = p->run->record->ribbons;
    return own > least ? own : least;
}

/* Where there is room for a letter there is one, else a hatch: never colour alone. */
static bool has_letter(const struct plot_panel *p, const struct stay *s)
{
    return s->state != CALLER_CLOSED && s->state != RECORD_NOBODY &&
           p->height / rows(p) >= 9 &&
           (s->to_s - s->from_s) * p->width >= 9 * p->scales->seconds;
}

/* Blocks $s0 to $s2 by state, and $h for hatches. The first line of each is off the
 * page: gnuplot has nothing against it, but against blocks without points. */
static void ribbon_data(const struct plot_panel *p, uint8_t state, bool hatch)
{
    const struct record *r = p->run->record;
    if (hatch)
        fputs("$h << EOD\n-9 -8 -9\n", p->g->in);
    else
        fprintf(p->g->in, "$s%u << EOD\n-9 -8 -9\n", state);
    for (uint32_t row = 0; row < r->ribbons; row++)
        for (struct stay s = {0}; next_stay(r, row, &s);)
            if (s.state == state && !(hatch && has_letter(p, &s)))
                fprintf(p->g->in, "%.4f %.4f %u\n", s.from_s, s.to_s, row + 1);
    fputs("EOD\n", p->g->in);
}

static void letter_data(const struct plot_panel *p)
{
    static const char letters[CALLER_STATES] = {
        [CALLER_CLOSED] = 'C', [CALLER_OPEN] = 'O', [CALLER_HALF_OPEN] = 'H'};
    const struct record *r = p->run->record;
    fputs("$l << EOD\n-9 -9 O\n", p->g->in);
    for (uint32_t row = 0; row < r->ribbons; row++)
        for (struct stay s = {0}; next_stay(r, row, &s);)
            if (has_letter(p, &s))
                fprintf(p->g->in, "%.4f %u %c\n", (s.from_s + s.to_s) / 2, row + 1,
                        letters[s.state]);
    fputs("EOD\n", p->g->in);
}

/* Half the height of a row's bar: a state is to be seen without its colour. */
static const double thickness[CALLER_STATES] = {
    [CALLER_CLOSED] = .125, [CALLER_OPEN] = .44, [CALLER_HALF_OPEN] = .44};

static void bars(FILE *out, const char *block, uint8_t state, uint32_t colour,
                 const char *style)
{
    fprintf(out,
            "'%s' u (($1+$2)/2):3:1:2:($3-%.3f):($3+%.3f) w boxxyerror fs %s "
            "lc rgb '#%06x', ",
            block, thickness[state], thickness[state], style, colour);
}

static void draw_ribbons(FILE *out)
{
    const struct gnuplot_fill *open = &plot_states[CALLER_OPEN];
    fputs("plot ", out);
    bars(out, "$s0", CALLER_CLOSED, gnuplot_ground(&plot_states[CALLER_CLOSED]),
         "solid 1 noborder");
    bars(out, "$s1", CALLER_OPEN, gnuplot_ground(open), "solid 1 noborder");
    bars(out, "$h", CALLER_OPEN, open->colour, "transparent pattern 5 noborder");
    bars(out, "$s2", CALLER_HALF_OPEN, plot_states[CALLER_HALF_OPEN].colour,
         "solid 1 border rgb '#6b6400'");
    fputs("'$l' u 1:2:3 w labels font ',9' tc rgb 'black'\n", out);
}

void plot_ribbon_panel(const struct plot_panel *p)
{
    FILE *out = p->g->in;
    const struct record *r = p->run->record;
    plot_begin(p, p->scales->ribbons == RECORD_RIBBONS ? "first 20 breakers"
                  : p->scales->ribbons == 1            ? "breaker"
                                                       : "breakers");
    ribbon_data(p, CALLER_CLOSED, false);
    ribbon_data(p, CALLER_OPEN, false);
    ribbon_data(p, CALLER_HALF_OPEN, false);
    ribbon_data(p, CALLER_OPEN, true);
    letter_data(p);
    fprintf(out, "set yrange [%.2f:.5]\nset format y ''\nset ytics 1,1,%u scale 0\n",
            rows(p) + .5, r->ribbons);
    if (r->opens == 0 && r->ribbons <= rows(p) / 2)
        fputs("set label 'no breaker opened' at graph .5,.10 center front font ',11' "
              "tc rgb '#444444'\n",
              out);
    draw_ribbons(out);
    fputs("set ytics scale .5\n", out);
    plot_end(p);
}
