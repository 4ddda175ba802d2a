#include "plot.h"
bool plot_runs(const char *f, const struct scene *s, struct record *const *r){(void)f;(void)s;(void)r;return false;}
bool plot_fan(const char *f, const struct scene *s,int c,uint64_t a,uint32_t b){(void)f;(void)s;(void)c;(void)a;(void)b;return false;}
