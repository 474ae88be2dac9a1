/* lent.c: what an override lends lasts as long as the object, its ancestors' destructors too, and ends with it: of one that is destroyed, of one that could not be begun, and of each of two
 * classes of a host's below one another. And what a host does with one that it has met and that could not be begun. Run under the checker of addresses, which counts what is left. */
#include "../somhost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(ok) if (!(ok)) return fprintf(stderr, "%d: %s; %s\n", __LINE__, #ok, ev.text ? ev.text : "no exception"), 1

static const somh_method *kept; /* a text that stays the object's */
static som_tok token;
static const char *borrowed;
static char seen[200];
static int fails, given;
static som_weak *doubt;
static som_ref met;

/* What an ancestor does: it borrows a text as it begins, and reads it in its destructor. */
static void begin_borrower(som_ref self, som_env *ev, void *context) {
	(void)context;
	borrowed = ((const char *(*)(som_ref, som_env *))som_resolve(self, token))(self, ev);
}
static void end_borrower(som_ref self, void *context) { (void)self, (void)context, strncat(seen, borrowed, sizeof seen - strlen(seen) - 1); }

static void begin(som_ref self, som_env *ev, void *context) {
	(void)self, (void)context;
	if (fails) som_raise_system(ev, "IDL:omg.org/CORBA/INITIALIZE:1.0", 0, SOM_COMPLETED_NO, "it is undone");
}
static void end(som_ref self, void *context) { (void)self, (void)context, strcat(seen, "-"); }

static void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result) {
	(void)args;
	const somh_class *c = somh_describe(som_class_of(self), ev);
	if (met == NULL && fails && somh_doubt(c, self, &doubt)) met = som_retain(self);
	char text[40], *made = NULL;
	snprintf(text, sizeof text, "%s%d", (const char *)context, given++);
	if ((made = som_allocate(sizeof text))) strcpy(made, text);
	if (!made || !somh_give(self, kept, &kept->result, &made, result)) som_raise_system(ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_NO, "");
}

static const somh_class *below(const somh_class *parent, const char *name, som_env *ev) {
	struct somh_override overrides[] = {{kept, (void *)(uintptr_t)name}};
	somh_definition d = {.size_of = sizeof d, .noverrides = 1, .nparents = 1, .name = name, .parents = &parent, .overrides = overrides, .handler = handle, .begin = begin, .end = end, .context = seen};
	return somh_define(&d, ev);
}

int main(void) {
	som_env ev = {0};
	const char *parent = "Zoo::Echo";
	const somh_class *echo = somh_named(parent, &ev);
	CHECK(echo && (kept = somh_find(echo, "kept_text", &ev)) && kept->result.owner == SOMH_OBJECTS);
	token = kept->token;
	som_class_desc d = {.size_of = sizeof d, .name = "Borrower", .parents = &parent, .nparents = 1, .init = begin_borrower, .fini = end_borrower};
	som_class *c = som_class_define(&d, &ev);
	const somh_class *borrower = c ? somh_describe(c, &ev) : NULL, *near = borrower ? below(borrower, "near", &ev) : NULL, *nearer = near ? below(near, "nearer", &ev) : NULL;
	CHECK(nearer);
	som_release(som_new(near->cls, &ev));
	CHECK(!strcmp(seen, "-near0"));
	*seen = 0;
	som_release(som_new(nearer->cls, &ev));
	CHECK(!strcmp(seen, "-nearer1"));
	*seen = 0;
	som_ref o = som_new(near->cls, &ev), copy = som_copy(o, &ev);
	som_release(o);
	CHECK(copy && !strcmp(seen, "-near2"));
	const char *all[40];
	char name[20];
	for (int i = 0; i < 40; i++) { /* of the last ones each is there */
		som_value text = {.p = NULL};
		CHECK(somh_call(kept, NULL, copy, NULL, &text, &ev) == SOM_OK && !ev.major);
		all[i] = text.s;
		for (int k = i < SOMH_MAX_LENT ? 0 : i + 1 - SOMH_MAX_LENT; k <= i; k++) {
			snprintf(name, sizeof name, "near%d", 3 + k);
			CHECK(!strcmp(all[k], name));
		}
	}
	char *again = som_allocate(20), *to = NULL;
	CHECK(again && somh_give(copy, kept, &kept->result, strcpy(again, "near33") ? &again : NULL, &to) && to == all[30]); /* the same text is where it was */
	borrowed = all[39];
	som_release(copy);
	CHECK(!strcmp(seen, "-near2-near42"));
	som_ref native = som_new(echo->cls, &ev);
	CHECK((again = som_allocate(20)) && !somh_give(native, kept, &kept->result, strcpy(again, "") ? &again : NULL, &to)); /* one that has nothing of a host's */
	som_release(native);
	*seen = 0;
	fails = 1;
	CHECK(!som_new(near->cls, &ev) && ev.major && !strcmp(seen, "near43") && met && doubt);
	som_env_clear(&ev);
	somh_twins *twins = somh_twins_new();
	CHECK(somh_twin_set(twins, met, seen) && !somh_there(&doubt, met, twins, seen, 1) && !doubt && somh_twins_count(twins) == 0);
	CHECK(somh_there(&doubt, met, twins, seen, 1)); /* of what is not in doubt */
	somh_twins_free(twins);
	printf("lent\n");
	return 0;
}
