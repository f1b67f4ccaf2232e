/* base/list.h - a ring of links that live inside what they link; a link alone points to itself */
#pragma once

#include <stdbool.h>

struct tl__list {
    struct tl__list *next;
    struct tl__list *prev;
};

static inline void tl__list_init(struct tl__list *link)
{
    link->next = link->prev = link;
}

static inline bool tl__list_empty(const struct tl__list *list)
{
    return list->next == list;
}

static inline void tl__list_push_back(struct tl__list *list, struct tl__list *link)
{
    link->next = list;
    link->prev = list->prev;
    list->prev->next = link;
    list->prev = link;
}

static inline void tl__list_push_front(struct tl__list *list, struct tl__list *link)
{
    tl__list_push_back(list->next, link);
}

static inline void tl__list_remove(struct tl__list *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    tl__list_init(link);
}
