/* ledger.h: what there is of the kernel's memory. */
#ifndef LEDGER_H
#define LEDGER_H

#ifdef __cplusplus
extern "C" {
#endif

long ledger_live(void);                      /* blocks that are not freed */
long ledger_wrong(void);                     /* what was freed and was no block, or no longer */
long ledger_instances(const char *cls);      /* objects of a class that live; -1: there is no such class */

#ifdef __cplusplus
}
#endif

#endif
