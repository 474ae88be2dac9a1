/* probe.h: what the clients of the suite print, a line each. Lines that begin with # are for people. */
#ifndef PROBE_H
#define PROBE_H
#include <som.h>

#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a call of a method came to; clears ev. */
void probe_number(const char *label, int32_t arg, int32_t result, som_env *ev);
/* The end of such a line: the member of a user exception, each of which has one, a long. */
void probe_members(const som_env *ev);
void probe_text(const char *label, const char *result, som_env *ev);
/* A class that cannot be used; clears ev. */
void probe_refused(const char *cls, som_env *ev);
/* A call by the bare name, at run time. */
void probe_by_name(const char *label, som_ref o, const char *method, int32_t arg);
void probe_is(const char *cls, const char *of, int yes);
void probe_find(const char *cls);
/* What a class says of itself. */
void probe_class(const som_class *c);

/* Memory taken since the last call of this, and what was given back that was not taken: from then on, if it was asked
 * for by LEDGER in the environment before the kernel was used. */
void probe_ledger_open(void);
void probe_ledger(const char *label);

/* What the clients are: rows by their number. */
typedef struct probe_row {
	const char *id;
	void (*run)(void);
} probe_row;
int probe_main(int argc, char **argv, const probe_row *rows);

#ifdef __cplusplus
}
#endif
#endif
