/* module.c: the extension dsom. What Tcl makes better, dsom.tcl makes. */
#define _GNU_SOURCE
#include "core.h"

#include <dlfcn.h>

Tcl_Interp *interp;
Tcl_ThreadId home;

/* ---- Other threads ---- */

static int serve(Tcl_Event *e, int flags) {
	(void)e, (void)flags;
	somh_home_serve();
	delete_ended();
	return 1;
}

void wake_home(void *nothing) {
	(void)nothing;
	if (!__atomic_load_n(&interp, __ATOMIC_ACQUIRE)) return;
	Tcl_Event *e = (Tcl_Event *)ckalloc(sizeof *e);
	*e = (Tcl_Event){serve, NULL};
	Tcl_ThreadQueueEvent(home, e, TCL_QUEUE_TAIL);
	Tcl_ThreadAlert(home);
}

/* dsom::patience milliseconds: how long other threads wait for Tcl. */
int patience_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	Tcl_WideInt n;
	(void)d;
	if (objc != 2) return Tcl_WrongNumArgs(in, 1, objv, "milliseconds"), TCL_ERROR;
	if (Tcl_GetWideIntFromObj(in, objv[1], &n) != TCL_OK) return TCL_ERROR;
	if (n < 1 || n > UINT32_MAX) return fail("VALUE", "expected milliseconds from 1 to %lld but got \"%.50s\"", (long long)UINT32_MAX, Tcl_GetString(objv[1]));
	return somh_home_patience((uint32_t)n), TCL_OK;
}

/* ---- The end ---- */

static void end(void) {
	__atomic_store_n(&interp, NULL, __ATOMIC_RELEASE);
	somh_home_end();
}

static void process_ends(ClientData d) { (void)d, end(); }
static void interp_ends(ClientData d, Tcl_Interp *in) { (void)d, (void)in, end(); }

__attribute__((visibility("default"))) int Dsom_Init(Tcl_Interp *in) {
	static bool loaded;
	Dl_info self;
	if (!Tcl_InitStubs(in, "8.6", 0) || !Tcl_OOInitStubs(in)) return TCL_ERROR;
	if (loaded) {
		Tcl_SetObjResult(in, Tcl_NewStringObj("dsom is for one interpreter of a process", -1));
		Tcl_SetErrorCode(in, "DSOM", "INTERP", NULL);
		return TCL_ERROR;
	}
	loaded = true;
	/* Libsom has procedures of this library for as long as the process lives. */
	if (dladdr((const void *)(uintptr_t)&home, &self)) dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
	interp = in;
	home = Tcl_GetCurrentThread();
	somh_home_set();
	somh_home_wake(wake_home, NULL);
	set_up_objects();
	Tcl_CreateNamespace(in, "::dsom", NULL, NULL);
	Tcl_CallWhenDeleted(in, interp_ends, NULL);
	Tcl_CreateExitHandler(process_ends, NULL);
	class_commands();
	return Tcl_PkgProvide(in, "dsom", "1.0");
}
