/* dynamodb.h - the item of item.h in a table of DynamoDB: read it, and make each of its
 * seven writes as one UpdateItem.
 *
 *      struct dynamodb store;
 *      if (!dynamodb_init(&store, &aws, "oc-breakers", "payments", why, sizeof why))
 *          ...say why, and stop...
 *      struct dynamodb_answer a = dynamodb_save(&store, key, &write, 400);
 *      event.kind = a.kind;
 *      event.item = a.there ? &a.item : NULL;
 *      if (a.fault != NULL) ...log it...
 *
 * In the table an item is, all of it written by every write:
 *
 *      pk   S  cb#NAME, or cb#NAME#0123456789abcdef where each shard has its own
 *      st   S  C, O or H
 *      sv gen v opens until_ms owner lease_until_ms ws calls failed ok ex   N
 *
 * What always holds:
 *   - the condition of a write is item_holds, and what it makes is item_apply, as far
 * as the language of conditions goes. Two differences are left. A number with a
 *     fraction in it makes an item damaged, but only in `gen`, and in whatever else the
 *     change compares, does the condition see it. And a COUNT that would carry `calls`
 *     beyond 32 bits is refused, where item_apply would start again from 0;
 *   - no item is as good as a closed one of generation 0 in window 0, and a write may
 *     rest on that;
 *   - an item of another schema, or a damaged one, is changed by no write;
 *   - whatever the store says, a read of it ends in one of the client's four events,
 * and an item that cannot be one is shown as one of schema 0, which item_read refuses;
 *   - a write is sent once. One without an answer is STORE_FAILED: it may have been
 * made.
 *
 * Source: Amazon DynamoDB API Reference, GetItem and UpdateItem, 2012-08-10; the list
 * of reserved words in the Developer Guide (of our names, only "owner" is one). */
#ifndef LAB_DYNAMODB_H
#define LAB_DYNAMODB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws.h"
#include "client.h"

enum {
    DYNAMODB_TABLE_MAX = 255,
    DYNAMODB_NAME_MAX = 64,  /* of a breaker */
    DYNAMODB_TEXT_MAX = 4096 /* of a request */
};

struct dynamodb {
    struct aws *aws; /* the caller's */
    char table[DYNAMODB_TABLE_MAX + 1];
    char name[DYNAMODB_NAME_MAX + 1];
    char text[DYNAMODB_TEXT_MAX]; /* the request under way */
};

/* What the store made of a request. */
struct dynamodb_answer {
    enum client_event_kind kind; /* CLIENT_STORE_... */
    bool there;                  /* it showed an item */
    struct item item;            /* as it was found, sound or not; see item_read */
    const char *fault; /* for the log: why it failed, and what to do about it; a
                        * constant sentence; NULL if it did not fail */
    int status;        /* HTTP, 0: no answer */
    char type[48];     /* the error's name, without its prefix; "" if it has none */
};

/* false: `why` says what is wrong with a name. Nothing is sent. */
bool dynamodb_init(struct dynamodb *store, struct aws *aws, const char *table,
                   const char *name, char *why, size_t room);

/* STORE_ITEM or STORE_FAILED. `key` is the action's: 0, or the shard. */
struct dynamodb_answer dynamodb_load(struct dynamodb *store, uint64_t key, bool strong,
                                     int64_t within_ms);

/* STORE_SAVED and the item as it stands now, STORE_CONFLICT and the item if the store
 * showed it, or STORE_FAILED. */
struct dynamodb_answer dynamodb_save(struct dynamodb *store, uint64_t key,
                                     const struct item_write *write, int64_t within_ms);

/* --- text, without network
 * ------------------------------------------------------------
 */

/* The two requests, as text in store->text. Their length comes back. The write must be
 * one of the seven, its state one of the three. */
size_t dynamodb_load_text(struct dynamodb *store, uint64_t key, bool strong);
size_t dynamodb_write_text(struct dynamodb *store, uint64_t key,
                           const struct item_write *write);

/* What an answer says: any status, any bytes. */
struct dynamodb_answer dynamodb_load_read(int status, const char *text, size_t bytes);
struct dynamodb_answer dynamodb_save_read(int status, const char *text, size_t bytes);

/* An item as the store writes it, {"pk": {"S": "..."}, ...}. false: this is no object
 * of JSON. What is an object, but not a full set of our attributes, each of its type
 * and within the range of its field, gives an item of schema 0. */
bool dynamodb_item_read(const char *text, size_t bytes, struct item *item);

#endif
