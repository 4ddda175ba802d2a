/* plot_fan.c - see plot.h. */
#include "plot.h"

bool plot_fan(const char *file, const struct scene *scene, int client, uint64_t first,
              uint32_t seeds, uint32_t jobs)
{
    (void)file, (void)scene, (void)client, (void)first, (void)seeds, (void)jobs;
    return false;
}
