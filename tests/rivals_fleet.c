/* rivals_fleet.c - see rivals_fleet.h. */
#include "rivals_fleet.h"

#include <stdio.h>
#include <string.h>

static void *zeroes(size_t bytes)
{
    void *memory = calloc(1, bytes);
    ck_assert_ptr_nonnull(memory);
    return memory;
}

/* --- knobs by name ---------------------------------------------------------------- */

static void set_knob(const struct caller *caller, unsigned char *config,
                     const char *name, uint32_t value)
{
    for (const struct knob *k = caller->knobs; k->name != NULL; k++) {
        if (strcmp(k->name, name) != 0)
            continue;
        ck_assert(k->kind == KNOB_COUNT && value <= k->max && k->what != NULL);
        ck_assert_uint_le(k->offset + sizeof value, caller->config_bytes);
        memcpy(config + k->offset, &value, sizeof value);
        return;
    }
    ck_abort_msg("%s has no knob %s", caller->name, name);
}

void *configure(const struct caller *caller, const char *knobs)
{
    void *config = zeroes(caller->config_bytes);
    char name[32];
    unsigned value;
    int read;
    while (sscanf(knobs, " %31[a-z_]=%u%n", name, &value, &read) == 2) {
        set_knob(caller, config, name, value);
        knobs += read;
    }
    ck_assert_msg(*knobs == '\0', "what is %s?", knobs);
    return config;
}

/* --- environments ----------------------------------------------------------------- */

/* To another place, and nothing is left at the old one. */
static void move(void **memory, size_t bytes)
{
    void *there = zeroes(bytes);
    memcpy(there, *memory, bytes);
    memset(*memory, 0xa5, bytes);
    free(*memory);
    *memory = there;
}

static void be_born(struct fleet *f, int who, uint64_t seed)
{
    free(f->env[who]);
    free(f->call[who]);
    f->env[who] = zeroes(f->caller->env_bytes);
    f->call[who] = zeroes(f->caller->call_bytes);
    f->last[who] = (struct caller_action){.kind = CALLER_ANSWER};
    f->caller->init(f->env[who], f->config, seed);
}

void fleet_begin(struct fleet *f, const struct caller *caller, const char *knobs)
{
    memset(f, 0, sizeof *f);
    f->caller = caller;
    f->config = configure(caller, knobs);
    ck_assert_ptr_null(caller->config_error(f->config));
    ck_assert_uint_le(caller->item_bytes, CALLER_ITEM_MAX);
    ck_assert_uint_le(caller->save_bytes, CALLER_SAVE_MAX);
    for (int who = 0; who < ENVS; who++)
        be_born(f, who, (uint64_t)('A' + who));
}

void fleet_end(struct fleet *f)
{
    for (int who = 0; who < ENVS; who++) {
        free(f->env[who]);
        free(f->call[who]);
    }
    free(f->config);
}

void fleet_replace(struct fleet *f, int who)
{
    be_born(f, who, 1000 + f->replaced++);
}

/* --- a step ----------------------------------------------------------------------- */

static void keep_save(struct fleet *f, int who, const unsigned char *save)
{
    const unsigned char *call = f->call[who];
    UNIT_HOLDS(save >= call);
    UNIT_HOLDS(save + f->caller->save_bytes <= call + f->caller->call_bytes);
    memcpy(f->save[who], save, f->caller->save_bytes);
}

struct caller_action fleet_tell(struct fleet *f, int who,
                                const struct caller_event *event)
{
    if (event->kind == CALLER_START)
        memset(f->call[who], 0, f->caller->call_bytes);
    struct caller_action action = f->caller->step(f->env[who], f->call[who], event);
    UNIT_HOLDS(action.kind == CALLER_ANSWER || action.within > 0);
    UNIT_HOLDS(action.key == 0 && !action.strong);
    if (action.kind == CALLER_SAVE)
        keep_save(f, who, action.save);
    move(&f->env[who], f->caller->env_bytes);
    move(&f->call[who], f->caller->call_bytes);
    f->last[who] = action;
    return action;
}

/* --- the store -------------------------------------------------------------------- */

bool fleet_write(struct fleet *f, int who)
{
    unsigned char out[CALLER_ITEM_MAX] = {0};
    if (!f->caller->apply(f->save[who], f->there ? f->item : NULL, out))
        return false;
    memcpy(f->old, f->item, sizeof f->old);
    f->old_there = f->there;
    memcpy(f->item, out, sizeof f->item);
    f->there = true;
    f->writes++;
    return true;
}

struct caller_view fleet_look(const struct fleet *f)
{
    struct caller_view view;
    memset(&view, 0xa5, sizeof view); /* all of it must be filled in */
    f->caller->view(f->item, &view);
    return view;
}
