/* caller.c: who calls a method of Tcl's, and is no Tcl: bind/python/tests/caller.c, for Tcl's tests; and a command as one would write it by hand. */
#include "../../host/test/maker.h"
#include <pthread.h>
#include <stdbool.h>
#include <tcl.h>

typedef int64_t method(void *o, som_env *ev, int64_t n);
int define_older(void);
int define_again(void);
int define_below(const char *name, const char *parent);
int called_below(void);
void at_end(method *f, void *o, int64_t n);

static struct begun { method *f; void *o; int64_t n; int times; bool ended; som_env ev; } begun;
static pthread_t thread;

static void *run(void *p) {
	struct begun *b = p;
	for (int i = 0; i < b->times && !b->ev.major; i++)
		b->n = b->f(b->o, &b->ev, b->n);
	__atomic_store_n(&b->ended, true, __ATOMIC_RELEASE);
	return NULL;
}

static void *cancel(void *in) { return Tcl_CancelEval(in, NULL, NULL, 0), NULL; }

static Tcl_Obj *answer(int64_t n, som_env *ev) {
	Tcl_Obj *r = ev->major ? Tcl_ObjPrintf("%s {%s}", ev->id, ev->text ? ev->text : "") : Tcl_NewWideIntObj(n);
	som_env_clear(ev);
	return r;
}

/* caller begin|direct|last entry object n ?times?, caller ended, caller wait, caller older, caller hold object, caller again, caller below class parent, caller made class, caller
 * showing class parent, caller watch object undo ?instead?, caller borrowing class parent, caller twofold class parent, caller release object, caller borrow object, caller borrowed, caller drop, caller heap. */
static int caller(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	static const char *const what[] = {"begin", "direct", "last", "ended", "older", "hold", "again", "below", "called", "made", "showing", "watch", "wait", "cancel", "borrowing", "twofold", "release", "borrowed", "drop", "heap", "borrow", NULL};
	int i;
	Tcl_WideInt w[4] = {0, 0, 0, 1};
	som_env ev = {0};
	(void)d;
	if (objc < 2 || Tcl_GetIndexFromObj(in, objv[1], what, "what", 0, &i) != TCL_OK) return TCL_ERROR;
	if (i == 9 && objc == 3) return Tcl_SetObjResult(in, answer(speak_once(Tcl_GetString(objv[2]), 3, &ev), &ev)), TCL_OK;
	if (i == 10 && objc == 4) return Tcl_SetObjResult(in, Tcl_NewIntObj(define_showing(Tcl_GetString(objv[2]), Tcl_GetString(objv[3])))), TCL_OK;
	if (i == 7 && objc == 4) return Tcl_SetObjResult(in, Tcl_NewIntObj(define_below(Tcl_GetString(objv[2]), Tcl_GetString(objv[3])))), TCL_OK;
	if (i == 14 && objc == 4) return Tcl_SetObjResult(in, Tcl_NewIntObj(define_borrowing(Tcl_GetString(objv[2]), Tcl_GetString(objv[3])))), TCL_OK;
	if (i == 15 && objc == 4) return Tcl_SetObjResult(in, Tcl_NewIntObj(define_twofold(Tcl_GetString(objv[2]), "TwofoldMeta", Tcl_GetString(objv[3])))), TCL_OK;
	for (int k = 2; k < objc && k < 6; k++)
		if (Tcl_GetWideIntFromObj(in, objv[k], &w[k - 2]) != TCL_OK) return TCL_ERROR;
	method *f = (method *)(intptr_t)w[0];
	void *o = (void *)(intptr_t)w[1];
	switch (i) {
	case 0:
		begun = (struct begun){f, o, w[2], (int)w[3], false, {0}};
		return pthread_create(&thread, NULL, run, &begun) == 0 ? TCL_OK : TCL_ERROR;
	case 1: return Tcl_SetObjResult(in, answer(f(o, &ev, w[2]), &ev)), TCL_OK;
	case 2: return at_end(f, o, w[2]), TCL_OK;
	case 3:
		if (!__atomic_load_n(&begun.ended, __ATOMIC_ACQUIRE)) return TCL_OK;
		/* fall through */
	case 12:
		pthread_join(thread, NULL);
		return Tcl_SetObjResult(in, answer(begun.n, &begun.ev)), TCL_OK;
	case 13: return pthread_create(&thread, NULL, cancel, in) == 0 && pthread_detach(thread) == 0 ? TCL_OK : TCL_ERROR; /* another thread has the script end */
	case 11: return watch_showing((void *)(intptr_t)w[0], (int)w[1], (void *)(intptr_t)w[2]), TCL_OK;
	case 4: return Tcl_SetObjResult(in, Tcl_NewIntObj(define_older())), TCL_OK;
	case 6: return Tcl_SetObjResult(in, Tcl_NewIntObj(define_again())), TCL_OK;
	case 8: return Tcl_SetObjResult(in, Tcl_NewIntObj(called_below())), TCL_OK;
	case 16: return som_release((som_ref)(intptr_t)w[0]), TCL_OK;
	case 17: return Tcl_SetObjResult(in, Tcl_NewStringObj(borrowed(), -1)), TCL_OK;
	case 20: return borrow_now((void *)(intptr_t)w[0]), TCL_OK;
	case 18: return drop_first(), TCL_OK;
	case 19: return Tcl_SetObjResult(in, Tcl_NewWideIntObj(in_use())), TCL_OK;
	default: return som_retain((som_ref)(intptr_t)w[0]), TCL_OK; /* caller hold object: for good */
	}
}

__attribute__((noinline)) static int64_t speak(int64_t *said, int64_t n) {
	__atomic_add_fetch(said, 1, __ATOMIC_RELAXED);
	return n * 2;
}

/* plain speak n: what a command in C would be. */
static int plain(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]) {
	static const char *const what[] = {"speak", NULL};
	int i;
	Tcl_WideInt n;
	if (objc != 3) return Tcl_WrongNumArgs(in, 1, objv, "speak n"), TCL_ERROR;
	if (Tcl_GetIndexFromObj(in, objv[1], what, "method", 0, &i) != TCL_OK || Tcl_GetWideIntFromObj(in, objv[2], &n) != TCL_OK) return TCL_ERROR;
	Tcl_SetObjResult(in, Tcl_NewWideIntObj(speak(d, n)));
	return TCL_OK;
}

__attribute__((visibility("default"))) int Caller_Init(Tcl_Interp *in) {
	static int64_t said;
	if (!Tcl_InitStubs(in, "8.6", 0)) return TCL_ERROR;
	Tcl_CreateObjCommand(in, "caller", caller, NULL, NULL);
	Tcl_CreateObjCommand(in, "plain", plain, &said, NULL);
	return TCL_OK;
}
