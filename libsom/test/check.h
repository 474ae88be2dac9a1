/* check.h: what test programs say when something is not as it should be, and end. CHECK_IN names the environment that may say why. */
#include "som.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void check_at(const char *file, int line, int ok, const char *what, som_env *ev) {
	if (ok) return;
	fprintf(stderr, "%s:%d: %s; %s: %s\n", file, line, what, ev && ev->major ? som_code_name(ev->code) : "no exception", ev && ev->text ? ev->text : "");
	exit(1);
}
#define CHECK_IN(env, ok) check_at(__FILE__, __LINE__, (ok), #ok, (env))

/* Whether an error came, and its text says that; it is cleared. */
static inline int refused(som_env *ev, uint32_t code, const char *says) {
	int is = ev->major == SOM_SYSTEM_EXCEPTION && ev->code == code && ev->text && strstr(ev->text, says);
	if (!is) fprintf(stderr, "want %s: …%s…\n", som_code_name(code), says);
	if (is) som_env_clear(ev);
	return is;
}
