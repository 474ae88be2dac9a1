/* A program that asks classes as objects, wherever they are. With an argument it also says where. */
#include "litter.h"

#include <stdio.h>
#include <string.h>

static void raised(som_env *ev, const char *what) {
	if (ev->major == SOM_NO_EXCEPTION) return;
	if (TooMany_value(ev))
		printf("%s: raised %s, most %d\n", what, ev->id, TooMany_value(ev)->most);
	else
		printf("%s: raised %s: %s\n", what, ev->id, ev->text ? ev->text : "");
	som_env_clear(ev);
}

static void asked(som_class *c, const char *name) {
	som_env ev;
	memset(&ev, 0, sizeof ev);
	som_ref self = (som_ref)c;
	printf("%s:", name);
	for (int i = 1; i < 4; i++) printf(" %d", Breeder_bred(self, &ev, i));
	printf("\n");
	raised(&ev, "counted");
	Breeder_bred(self, &ev, 101);
	raised(&ev, "too many");
	const char *none = Breeder_get_breed(self, &ev);
	printf("%s: the breed is none: %d\n", name, !none || !*none);
	Breeder_set_breed(self, &ev, name);
	raised(&ev, "a breed is set");
	const char *first = Breeder_get_breed(self, &ev), *again = Breeder_get_breed(self, &ev);
	raised(&ev, "the breed");
	printf("%s: the breed is %s, %s\n", name, first ? first : "(none)", first == again ? "the class's own text" : "another text each time");
	som_ref o = Breeder_born(self, &ev, "Ida");
	raised(&ev, "born");
	if (o) {
		const char *called = Litter_get_name(o, &ev);
		printf("%s: born is %s, a %s, a Litter %d\n", name, called ? called : "(nobody)", SOMObject_somGetClassName(o, &ev), Litter_is(o));
		raised(&ev, "its name");
		som_release(o);
	}
	printf("%s: with that %d\n", name, Breeder_bred(self, &ev, 0));
	raised(&ev, "with that");
	printf("%s: a Breeder %d\n", name, Breeder_is(self));
}

int main(int argc, char **argv) {
	som_env ev;
	memset(&ev, 0, sizeof ev);
	som_class *litter = Litter_class(&ev);
	raised(&ev, "Litter");
	som_class *runt = Runt_class(&ev);
	raised(&ev, "Runt");
	if (!litter || !runt) return 1;
	asked(litter, "Litter");
	asked(runt, "Runt");
	if (argc > 1) { /* what can be done without the class as an object is done still */
		som_ref o = Litter_new(&ev);
		raised(&ev, "new");
		Litter_set_name(o, &ev, argv[1]);
		printf("new: %s\n", Litter_get_name(o, &ev));
		raised(&ev, "its name");
		som_release(o);
	}
	return 0;
}
