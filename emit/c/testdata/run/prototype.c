/* A metaclass that makes an instance of each class when that is ready, and calls it: the class's definition has not returned. */
#include "prototype.ih.h"

#include <stdio.h>

static int32_t Catalog_do_size(som_ref self, som_env *ev) { return (void)ev, Catalog_data(self)->taken; }

static void Catalog_do_somClassReady(som_ref self, som_env *ev) {
	Catalog_parent_SOMClass_somClassReady(self, ev);
	som_ref o = Catalog_data(self)->prototype = som_new((som_class *)self, ev);
	if (o) Catalog_data(self)->taken = SOMObject_somGetSize(o, ev) - SOMClass_somGetInstanceSize(self, ev);
}

static void Shape_do_somDefaultInit(som_ref self, som_env *ev) {
	(void)ev;
	Shape_data(self)->sides = 3;
	Shape_data(self)->asked = 10;
}

static int32_t Shape_do_somGetSize(som_ref self, som_env *ev) {
	return Shape_parent_SOMObject_somGetSize(self, ev) + ++Shape_data(self)->asked;
}

static int32_t Blank_do_asked(som_ref self, som_env *ev) { return (void)ev, Blank_data(self)->n; }

/* Of a class without an initializer. */
static int32_t Blank_do_somGetSize(som_ref self, som_env *ev) { return Blank_next_somGetSize(self, ev) + ++Blank_data(self)->n; }

int main(void) {
	som_env ev;
	memset(&ev, 0, sizeof ev);
	som_class *all[3] = {Catalog_define(&ev)};
	for (int again = 0; again < 2; again++) {
		all[1] = Shape_define(&ev), all[2] = Blank_define(&ev);
		if (!all[1] || !all[2]) {
			printf("%s\n", ev.text);
			return 1;
		}
		Catalog_instance *shapes = Catalog_data((som_ref)all[1]), *blanks = Catalog_data((som_ref)all[2]);
		printf("%d %d, %d sides, asked %d\n", Catalog_size((som_ref)all[1], &ev), Catalog_size((som_ref)all[2], &ev),
			(int)Shape_data(shapes->prototype)->sides, (int)Blank_data(blanks->prototype)->n);
		if (Shape_define(&ev)) return 1; /* it is there, and stays as it is */
		printf("%s\n", ev.text);
		som_env_clear(&ev);
		printf("%d\n", SOMObject_somGetSize(shapes->prototype, &ev) - SOMClass_somGetInstanceSize((som_ref)all[1], &ev));
		som_release(shapes->prototype), som_release(blanks->prototype);
		for (int n = 1; n < 3; n++) /* and once more, with other tokens perhaps */
			if (som_class_unload(all[n], &ev) != SOM_OK) printf("%s\n", ev.text);
	}
	return ev.major != SOM_NO_EXCEPTION;
}
