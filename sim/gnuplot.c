/* gnuplot.c - see gnuplot.h. */
#include "gnuplot.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the process ------------------------------------------------------------------ */

static bool ends_in(const char *file, const char *ending)
{
    size_t n = strlen(file), m = strlen(ending);
    return n > m && strcmp(file + n - m, ending) == 0;
}

/* Looked for as execlp will, but before the file is touched. */
static bool installed(void)
{
    const char *path = getenv("PATH");
    while (path != NULL && *path != '\0') {
        char program[1024];
        size_t n = strcspn(path, ":");
        snprintf(program, sizeof program, "%.*s/gnuplot", n > 0 ? (int)n : 1,
                 n > 0 ? path : ".");
        if (n < sizeof program - sizeof "/gnuplot" && access(program, X_OK) == 0)
            return true;
        path += n + (path[n] == ':');
    }
    return false;
}

/* Wants a picture's name and a gnuplot before it touches the file. */
static FILE *open_file(const char *file)
{
    if (!ends_in(file, ".svg") && !ends_in(file, ".png")) {
        fprintf(stderr, "storm: %s: a picture's name ends in .svg or .png\n", file);
        return NULL;
    }
    if (!installed()) {
        fprintf(stderr,
                "storm: %s is not drawn, for there is no gnuplot (Debian: apt-get "
                "install gnuplot-nox); the text picture needs none\n",
                file);
        return NULL;
    }
    FILE *out = fopen(file, "wb");
    if (out == NULL)
        fprintf(stderr, "storm: %s: cannot be written: %s\n", file, strerror(errno));
    return out;
}

/* The child. LC_ALL: a decimal comma would not be read back (UTF-8 passes unharmed,
 * where "set encoding utf8" would complain); -d: nobody's own settings. */
static void become_gnuplot(int in, int out)
{
    signal(SIGPIPE, SIG_DFL);
    setenv("LC_ALL", "C", 1);
    if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0) {
        close(in);
        close(out);
        execlp("gnuplot", "gnuplot", "-d", (char *)NULL);
    }
    fprintf(stderr, "storm: gnuplot cannot be started: %s\n", strerror(errno));
    _exit(127);
}

static bool start(struct gnuplot *g, FILE *file)
{
    int ends[2];
    fflush(NULL); /* or the child would print it again */
    if (pipe(ends) != 0)
        return false;
    g->pid = fork();
    if (g->pid == 0) {
        close(ends[1]);
        become_gnuplot(ends[0], fileno(file));
    }
    close(ends[0]);
    g->in = g->pid < 0 ? NULL : fdopen(ends[1], "w");
    if (g->in == NULL)
        close(ends[1]);
    return g->in != NULL;
}

static void begin(const struct gnuplot *g)
{
    bool svg = ends_in(g->file, ".svg");
    fprintf(g->in,
            "set terminal %s size %d,%d %s noenhanced font '%s,12' "
            "background '#ffffff'\n",
            svg ? "svg" : "pngcairo", g->width, g->height,
            svg ? "dynamic" : "fontscale .75", svg ? "Helvetica" : "Sans"); /* pixels */
    fputs("set border 3 lc rgb '#444444'\nset tics nomirror out scale .5\nunset key\n"
          "set multiplot\n",
          g->in);
}

bool gnuplot_open(struct gnuplot *g, const char *file, int width, int height)
{
    *g = (struct gnuplot){.file = file, .width = width, .height = height};
    FILE *out = open_file(file);
    if (out == NULL)
        return false;
    bool started = start(g, out);
    fclose(out);
    if (!started) {
        fprintf(stderr, "storm: gnuplot cannot be started: %s\n", strerror(errno));
        remove(file);
        return false;
    }
    g->old_sigpipe =
        signal(SIGPIPE, SIG_IGN); /* a gnuplot that gave up tells why itself */
    begin(g);
    return true;
}

bool gnuplot_close(struct gnuplot *g)
{
    int status = -1;
    fputs("unset multiplot\nexit\n", g->in);
    fclose(g->in);
    while (waitpid(g->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    signal(SIGPIPE, g->old_sigpipe);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    fprintf(stderr, "storm: %s is not drawn: gnuplot failed\n", g->file);
    remove(g->file);
    return false;
}

/* --- places and text -------------------------------------------------------------- */

static double screen_x(const struct gnuplot *g, int x)
{
    return (double)x / g->width;
}

static double screen_y(const struct gnuplot *g, int y)
{
    return 1 - (double)y / g->height;
}

void gnuplot_place(const struct gnuplot *g, int left, int top, int width, int height)
{
    fprintf(g->in, "set lmargin at screen %.5f\nset rmargin at screen %.5f\n",
            screen_x(g, left), screen_x(g, left + width));
    fprintf(g->in, "set tmargin at screen %.5f\nset bmargin at screen %.5f\n",
            screen_y(g, top), screen_y(g, top + height));
}

/* Characters, not bytes, are counted; what could end a line or a block becomes a space.
 */
void gnuplot_quote(FILE *out, const char *text, int most)
{
    int shown = 0;
    fputc('\'', out);
    for (const char *c = text; *c != '\0'; c++) {
        bool begins = ((unsigned char)*c & 0xC0) != 0x80;
        if (begins && most > 0 && ++shown > most) {
            fputs("...", out);
            break;
        }
        if (*c == '\'')
            fputc('\'', out);
        fputc((unsigned char)*c < ' ' || *c == 0x7F ? ' ' : *c, out);
    }
    fputc('\'', out);
}

void gnuplot_label(const struct gnuplot *g, int x, int y, const char *text,
                   const char *how)
{
    fputs("set label ", g->in);
    gnuplot_quote(g->in, text, 0);
    fprintf(g->in, " at screen %.5f,%.5f %s\n", screen_x(g, x), screen_y(g, y), how);
}

void gnuplot_blank(const struct gnuplot *g)
{
    gnuplot_place(g, 0, 0, g->width, g->height);
    fputs("unset border\nunset tics\nunset xlabel\nunset ylabel\n"
          "set xrange [0:1]\nset yrange [0:1]\nplot 2\n"
          "unset label\nunset object\nset border 3\n",
          g->in);
}

/* 1, 2 or 5 times a power of ten. */
void gnuplot_tics(const struct gnuplot *g, const char *axis, double most, int count)
{
    static const double mantissas[] = {1, 2, 5};
    double power = 1;
    size_t i = 0;
    while (power * mantissas[i] * count < most) {
        power *= i == 2 ? 10 : 1;
        i = (i + 1) % 3;
    }
    fprintf(g->in, "set %stics 0,%g\n", axis, power * mantissas[i]);
}

void gnuplot_time_tics(const struct gnuplot *g, double most, int count)
{
    static const int steps[] = {1,   2,   5,    10,   20,   30,   60,    120,  200,
                                300, 600, 1200, 1800, 3600, 7200, 14400, 28800};
    size_t i = 0;
    while (i + 1 < sizeof steps / sizeof *steps && most / steps[i] > count)
        i++;
    fprintf(g->in, "set xtics 0,%d\n", steps[i]);
}

/* --- legends ---------------------------------------------------------------------- */

uint32_t gnuplot_ground(const struct gnuplot_fill *fill)
{
    uint32_t mixed = 0, tint = (uint32_t)fill->tint_pct;
    for (int shift = 0; shift < 24; shift += 8) {
        uint32_t part = fill->colour >> shift & 0xFF;
        mixed |= (255 - (255 - part) * tint / 100) << shift;
    }
    return mixed;
}

static void square(const struct gnuplot *g, int x, int y,
                   const struct gnuplot_fill *fill)
{
    char corners[96];
    snprintf(corners, sizeof corners, "from screen %.5f,%.5f to screen %.5f,%.5f",
             screen_x(g, x), screen_y(g, y + 12), screen_x(g, x + 18), screen_y(g, y));
    fprintf(g->in,
            "set object rect %s fc rgb '#%06x' fs solid 1 border lc rgb '#%06x'\n",
            corners, gnuplot_ground(fill), fill->colour);
    if (fill->pattern > 0)
        fprintf(
            g->in,
            "set object rect %s fc rgb '#%06x' fs transparent pattern %d noborder\n",
            corners, fill->colour, fill->pattern);
}

/* Where the i-th entry goes; called for one after the other from {left, 0}. */
struct spot {
    int x, y, next;
};

static void move(struct spot *spot, int left, int right,
                 const struct gnuplot_fill *fill)
{
    enum { LINE = 20 };
    int width = 46 + 7 * (int)strlen(fill->name);
    spot->x = spot->next;
    if (spot->x + width > right && spot->x > left) {
        spot->x = left;
        spot->y += LINE;
    }
    spot->next = spot->x + width;
}

void gnuplot_legend(const struct gnuplot *g, int left, int top, int right,
                    const struct gnuplot_fill *fills, uint32_t count)
{
    struct spot spot = {left, top, left};
    for (uint32_t i = 0; i < count; i++) {
        move(&spot, left, right, &fills[i]);
        square(g, spot.x, spot.y, &fills[i]);
        gnuplot_label(g, spot.x + 24, spot.y + 6, fills[i].name, "left");
    }
}

int gnuplot_legend_height(int left, int right, const struct gnuplot_fill *fills,
                          uint32_t count)
{
    struct spot spot = {left, 0, left};
    for (uint32_t i = 0; i < count; i++)
        move(&spot, left, right, &fills[i]);
    return spot.y + 20;
}
