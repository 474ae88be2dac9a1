/* define.c: makes a class while memory runs out, at each place in turn: there is the class, or nobody finds it, and nothing points to what was its context. Linked with
 * --wrap=calloc, so that it is the library's alone that fails. */
#include "../somhost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long left = -1; /* calls of calloc until the one that fails; negative: none does */
static int once, ran_out; /* whether those behind it are answered again */

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size) {
	if (left > 0) left--;
	else if (left == 0) return ran_out = 1, left = once ? -1 : 0, NULL;
	return __real_calloc(n, size);
}

static void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	(void)self, (void)ev, (void)args;
	if (result) result->l = *(int *)context;
}

int main(void) {
	som_env ev = {0};
	const somh_class *dog = somh_named("Zoo::Dog", &ev);
	const somh_method *speak = dog ? somh_find(dog, "speak", &ev) : NULL;
	int failed = 0, undone = 0;
	if (!speak) return fprintf(stderr, "%s\n", ev.text), 1;
	for (long n = 0; !once || ran_out; n++) {
		if (n && !ran_out) once = 1, n = 0; /* the same, where memory is had again */
		char name[40];
		snprintf(name, sizeof name, "Made%d_%ld", once, n);
		int *context = malloc(sizeof *context);
		*context = 7;
		struct somh_override overrides[] = {{speak, context}};
		somh_definition d = {.size_of = sizeof d, .noverrides = 1, .nparents = 1, .name = name, .parents = &dog, .overrides = overrides, .handler = handle, .context = context, .exact = 1};
		left = n, ran_out = 0;
		const somh_class *c = somh_define(&d, &ev);
		left = -1;
		som_class *there = som_class_registered(name, NULL);
		if (!c != (ev.major != SOM_NO_EXCEPTION) || !c != !there) return fprintf(stderr, "calloc %ld: a class %d, found %d, %s\n", n, c != NULL, there != NULL, ev.text ? ev.text : "no exception"), 1;
		som_release((som_ref)there);
		failed += !c, undone += c && ran_out;
		som_env_clear(&ev);
		if (c && somh_undefine(c, &ev) != SOM_OK) return fprintf(stderr, "undefine: %s\n", ev.text), 1;
		free(context);
	}
	if (failed < 3 || undone < 1) return fprintf(stderr, "memory ran out at %d places and was had again at %d\n", failed, undone), 1;
	printf("defined\n");
	return 0;
}
