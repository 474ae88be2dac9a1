/* undescribed.c: for tests of bindings, linked with --wrap=somh_define: the first class of the name "Undescribed" is made, and cannot be described when somebody has an object
 * of it already. So it stays, as do its overrides' contexts. */
#include "../somhost.h"

#include <stdlib.h>
#include <string.h>

const somh_class *__real_somh_define(const somh_definition *d, som_env *ev);
const somh_class *__wrap_somh_define(const somh_definition *d, som_env *ev);

const somh_class *__wrap_somh_define(const somh_definition *d, som_env *ev) {
	static som_ref kept;
	const somh_class *c = __real_somh_define(d, ev);
	if (!c || kept || strcmp(d->name, "Undescribed") != 0) return c;
	kept = som_new(c->cls, ev);
	if (!kept) abort();
	som_raise_system(ev, "IDL:omg.org/CORBA/BAD_INV_ORDER:1.0", 0, SOM_COMPLETED_NO, "class Undescribed cannot be described, and is in use already: it stays");
	ev->code = SOM_E_BUSY;
	return NULL;
}
