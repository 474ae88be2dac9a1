/* A client of a class that lacks a method which the client knows: each call is refused, not the first one alone. */
#include "refused.h"

#include <stdio.h>

static int barks;

static void bark(som_ref self, som_env *ev) { (void)self, (void)ev, barks++; }

int main(void) {
	static const som_method methods[] = {{"bark", "v:/void()", (som_proc *)bark, NULL, SOM_STATIC}};
	static const char *const parents[] = {"SOMObject"};
	som_class_desc d;
	som_env ev;
	memset(&ev, 0, sizeof ev);
	memset(&d, 0, sizeof d);
	d.size_of = sizeof d;
	d.name = "Dog";
	d.parents = parents;
	d.introduces = methods;
	d.nparents = d.nintroduces = 1;
	d.method_size = sizeof methods[0];
	som_class *c = som_class_define(&d, &ev);
	som_ref dog = c ? som_new(c, &ev) : NULL;
	if (!dog) {
		printf("%s\n", ev.text);
		return 1;
	}
	for (int i = 0; i < 3; i++) {
		Dog_bark(dog, &ev);
		printf("%d calls, %s\n", barks, ev.major == SOM_NO_EXCEPTION ? "nothing is raised" : ev.text);
		som_env_clear(&ev);
	}
	som_release(dog);
	som_release((som_ref)c);
	return 0;
}
