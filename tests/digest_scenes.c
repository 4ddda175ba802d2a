/* digest_scenes.c - reads scenes and writes them to standard output as they lie in
 * memory, for digest.c: digest-scenes sim/scenes/FILE.json... */
#include <stdio.h>

#include "json.h"
#include "scene.h"

int main(int argc, char **argv)
{
    static struct scene scene;
    char error[JSON_ERROR_MAX];
    for (int i = 1; i < argc; i++) {
        if (!scene_load(&scene, argv[i], error)) {
            fprintf(stderr, "%s\n", error);
            return 1;
        }
        fwrite(&scene, sizeof scene, 1, stdout);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
