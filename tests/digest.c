/* digest.c - plays scenes and prints a line for each client of each: scene, client,
 * number of events, digest, all at seed 1.
 *
 * It reads them from standard input as digest_scenes.c writes them, and so needs no
 * cJSON: it can be built where there is none, with musl or for a browser. */
#include <inttypes.h>
#include <stdio.h>

#include "recorder.h"
#include "scene.h"

static void play(const struct scene *scene, uint32_t client)
{
    struct record *record = scene_run(scene, client, 1);
    printf("%-24s %-12s %10" PRIu64 " %016" PRIx64 "\n", scene->name,
           scene->client[client].name, record->events, record->digest);
    record_free(record);
}

int main(void)
{
    static struct scene scene;
    uint32_t scenes = 0;
    for (; fread(&scene, sizeof scene, 1, stdin) == 1; scenes++)
        for (uint32_t client = 0; client < scene.clients; client++)
            play(&scene, client);
    int chapter, task;
    if (scenes == 0 || adapter_todo(&chapter, &task)) {
        fprintf(stderr, "digest: no scenes came, or the client is not finished\n");
        return 1;
    }
    return 0;
}
