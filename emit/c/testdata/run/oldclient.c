#include "old.h"

#include <stdio.h>

int main(void) {
	som_env ev;
	memset(&ev, 0, sizeof ev);
	som_ref o = Old_new(&ev);
	int sum = Old_add(o, 1, 2);
	printf("%d %d made %d\n", sum, Old_twice(o, 21), OldMeta_made((som_ref)Old_class(&ev)));
	printf("is %d %d, its class is %d\n", Old_is(o), OldMeta_is(o), OldMeta_is((som_ref)som_class_of(o)));
	printf("%s of %d octets\n", SOMObject_somGetClassName(o, &ev), SOMClass_somGetInstanceSize((som_ref)Old_class(&ev), &ev));
	som_release(o);
	o = Old_new_from(&ev, 7);
	printf("from %d\n", Old_add(o, 0, 1));
	som_release(o);
	o = SOMClass_somNewNoInit((som_ref)Old_class(&ev), &ev);
	Old_from(o, &ev, NULL, 70);
	printf("in a second step from %d\n", Old_add(o, 0, 1));
	Old_from(o, NULL, NULL, 7);
	printf("from %d\n", Old_add(o, 0, 1));
	som_release(o);
	o = som_new(Old_Base_class(&ev), &ev);
	printf("%d %s\n", o != NULL, som_code_name(ev.code));
	som_env_clear(&ev);
	return 0;
}
