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

static bool installed(void)
{
    return system("command -v gnuplot >/dev/null 2>&1") == 0;
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

/* The child. LC_ALL: a decimal comma would not be read back (UTF-8 passes unharmed, where
 * "set encoding utf8" would complain); -d: nobody's own settings. */
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
    fprintf(g->in, "set terminal %s size %d,%d %s noenhanced font '%s' "
                   "background '#ffffff'\n",
            svg ? "svg" : "pngcairo", g->width, g->height, svg ? "dynamic" : "",
            svg ? "Helvetica,12" : "Sans,9");
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
    g->old_sigpipe = signal(SIGPIPE, SIG_IGN); /* a gnuplot that gave up tells why itself */
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

/* Characters, not bytes, are counted; what could end a line or a block becomes a space. */
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

void gnuplot_label(const struct gnuplot *g, int x, int y, const char *text, const char *how)
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

void gnuplot_time_tics(const struct gnuplot *g, double seconds, int width)
{
    static const int steps[] = {1,   2,   5,    10,   20,   30,   60,    120,  200,
                                300, 600, 1200, 1800, 3600, 7200, 14400, 28800};
    size_t i = 0;
    while (i + 1 < sizeof steps / sizeof *steps && seconds / steps[i] * 45 > width)
        i++;
    fprintf(g->in, "set xtics 0,%d\n", steps[i]);
}

/* --- legends ---------------------------------------------------------------------- */

static void square(const struct gnuplot *g, int x, int y, const struct gnuplot_fill *fill)
{
    char corners[96];
    snprintf(corners, sizeof corners, "from screen %.5f,%.5f to screen %.5f,%.5f",
             screen_x(g, x), screen_y(g, y + 12), screen_x(g, x + 18), screen_y(g, y));
    fprintf(g->in, "set object rect %s fc rgb '%s' fs solid %.2f border lc rgb '%s'\n",
            corners, fill->colour, fill->tint, fill->colour);
    if (fill->pattern > 0)
        fprintf(g->in, "set object rect %s fc rgb '%s' fs transparent pattern %d noborder\n",
                corners, fill->colour, fill->pattern);
}

int gnuplot_legend(const struct gnuplot *g, int left, int top, int right,
                   const struct gnuplot_fill *fills, uint32_t count)
{
    enum { LINE = 20 };
    int x = left, y = top;
    for (uint32_t i = 0; i < count; i++) {
        int width = 44 + 7 * (int)strlen(fills[i].name);
        if (x + width > right && x > left) {
            x = left;
            y += LINE;
        }
        square(g, x, y, &fills[i]);
        gnuplot_label(g, x + 24, y + 6, fills[i].name, "left");
        x += width;
    }
    return y + LINE - top;
}
