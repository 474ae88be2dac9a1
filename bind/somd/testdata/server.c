/* A server of DSOM as its books have it: argv[1] is its id. Of the name nowait it looks after other things between calls, and of the name fails
   it cannot come up. */
#include <somd.h>

#include "till.h"

#include <stdio.h>
#include <unistd.h>

static void said(const char *what, som_env *ev) {
	if (ev->major == SOM_NO_EXCEPTION)
		fprintf(stderr, "%s\n", what);
	else
		fprintf(stderr, "%s: raised %s %s\n", what, ev->id, ev->text ? ev->text : "");
	somdExceptionFree(ev);
}

int main(int argc, char **argv) {
	som_env ev = {0};
	ORBStatus status;
	SOMD_Init(&ev);
	said("SOMD_Init", &ev);
	som_ref def = ImplRepository_find_impldef(SOMD_ImplRepObject, &ev, argc > 1 ? argv[1] : "");
	said("find_impldef", &ev);
	SOMOA_execute_request_loop(SOMD_SOMOAObject, &ev, SOMD_NO_WAIT);
	said("before it is ready", &ev);
	som_release(BOA_get_principal(SOMD_SOMOAObject, &ev, NULL, &ev));
	said("no request", &ev);
	BOA_set_exception(SOMD_SOMOAObject, &ev, SOM_NO_EXCEPTION, NULL, NULL);
	said("no request", &ev);
	if (strstr(argv[0], "fails")) { /* and does not end until it is ended */
		SOMOA_activate_impl_failed(SOMD_SOMOAObject, &ev, def, SOMDERROR_NoSpace);
		said("activate_impl_failed", &ev);
		fprintf(stderr, "the loop returns %u\n", (unsigned)SOMOA_execute_request_loop(SOMD_SOMOAObject, &ev, SOMD_WAIT));
		for (;;) pause();
	}
	BOA_impl_is_ready(SOMD_SOMOAObject, &ev, def);
	if (ev.major != SOM_NO_EXCEPTION) {
		said("impl_is_ready", &ev);
		return 1;
	}
	BOA_impl_is_ready(SOMD_SOMOAObject, &ev, def);
	said("impl_is_ready", &ev);
	if (strstr(argv[0], "nowait")) {
		while ((status = SOMOA_execute_request_loop(SOMD_SOMOAObject, &ev, SOMD_NO_WAIT)) == SOMDERROR_NoMessages && ev.major == SOM_NO_EXCEPTION)
			usleep(1000);
	} else if (strstr(argv[0], "single")) {
		/* who wants the object has had the server started: the first request may be there already, or not yet */
		status = SOMOA_execute_next_request(SOMD_SOMOAObject, &ev, SOMD_NO_WAIT);
		if (status != 0 && status != SOMDERROR_NoMessages) fprintf(stderr, "without waiting: %u\n", (unsigned)status);
		for (int n = status == 0; n < 3; n++) status = SOMOA_execute_next_request(SOMD_SOMOAObject, &ev, SOMD_WAIT);
		SOMOA_interrupt_server(SOMD_SOMOAObject, &ev);
		status = SOMOA_execute_request_loop(SOMD_SOMOAObject, &ev, SOMD_WAIT);
	} else
		status = SOMOA_execute_request_loop(SOMD_SOMOAObject, &ev, SOMD_WAIT);
	fprintf(stderr, "the loop returns %u\n", (unsigned)status);
	said("execute_request_loop", &ev);
	BOA_deactivate_impl(SOMD_SOMOAObject, &ev, def);
	said("deactivate_impl", &ev);
	som_release(def);
	SOMD_Uninit(&ev);
	said("SOMD_Uninit", &ev);
	return 0;
}
