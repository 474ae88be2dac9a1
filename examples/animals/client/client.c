/* A client in C. It knows release 1 of Animal, and finds classes by name, whatever language they are written in. */
#include "animal.h"

#include <stdio.h>

/* Makes an object of a class and says what it is. */
static int show(const char *name) {
	som_env ev = {0};
	som_class *c = som_class_named(name, &ev);
	som_ref a = c ? som_new(c, &ev) : NULL;
	if (!a || !Animal_is(a)) {
		fprintf(stderr, "there is no %s: %s\n", name, ev.text ? ev.text : ev.id);
		return 1;
	}
	char *said = Animal_speak(a, &ev);
	printf("  %-7s %s has %d legs and says: %s\n", name, Animal_get_name(a, &ev), Animal_legs(a, &ev), said);
	som_deallocate(said);

	const som_class_info *info = som_class_describe(c);
	printf("          %3d octets;", (int)info->data_size);
	for (uint32_t i = 0; i < info->norder; i++)
		printf("%s %s", i ? " <" : "", som_class_describe(info->order[i])->name);
	printf("\n");
	som_release(a);
	som_release((som_ref)c);
	return ev.major != SOM_NO_EXCEPTION;
}

int main(void) { return show("Animal") | show("Dog") | show("Puppy"); }
