/* errors.c: exceptions both ways. An error of Tcl's goes through other languages with its options, and is again what it was where it comes back to Tcl. */
#include "core.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char tcl_id[] = "IDL:opendsom/TclError:1.0", corba[] = "IDL:omg.org/CORBA/";

static int vfail(const char *code, const char *what, const char *format, va_list args) {
	char text[700];
	int n = what ? snprintf(text, sizeof text, "%.200s: ", what) : 0;
	vsnprintf(text + n, sizeof text - (size_t)n, format, args);
	if (!interp) return TCL_ERROR;
	whole_characters(text);
	Tcl_SetObjResult(interp, Tcl_NewStringObj(text, -1)); /* what is in it is Tcl's already */
	Tcl_SetErrorCode(interp, "DSOM", code, NULL);
	return TCL_ERROR;
}

int fail(const char *code, const char *format, ...) {
	va_list args;
	va_start(args, format);
	vfail(code, NULL, format, args);
	va_end(args);
	return TCL_ERROR;
}

int fail_what(const char *what, const char *format, ...) {
	va_list args;
	va_start(args, format);
	vfail("VALUE", what, format, args);
	va_end(args);
	return TCL_ERROR;
}

/* ---- From C ---- */

/* An error of Tcl's: its message and options, for as long as somebody's environment has it. They are the home thread's: what another drops it drops later. */
typedef struct kept { struct kept *next; Tcl_Obj *message, *options; } kept;
static kept *dropped;

static void drop_dropped(void) {
	for (kept *k = __atomic_exchange_n(&dropped, NULL, __ATOMIC_ACQ_REL), *next; k; k = next) {
		next = k->next;
		unref(k->message), unref(k->options);
		free(k);
	}
}

static void drop_error(void *value) {
	kept *k = value;
	k->next = __atomic_load_n(&dropped, __ATOMIC_ACQUIRE);
	while (!__atomic_compare_exchange_n(&dropped, &k->next, k, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {}
	if (somh_at_home() && interp) drop_dropped();
}

int raise_env(som_env *ev, const somh_method *m, som_ref o) {
	drop_dropped();
	if (ev->major == SOM_USER_EXCEPTION && ev->drop == drop_error && ev->value) {
		kept *k = ev->value;
		int code;
		Tcl_SetObjResult(interp, k->message);
		code = Tcl_SetReturnOptions(interp, k->options);
		som_env_clear(ev);
		return code == TCL_OK ? TCL_ERROR : code;
	}
	Tcl_Obj *all = Tcl_NewListObj(0, NULL), *members = NULL;
	Tcl_IncrRefCount(all);
	Tcl_ListObjAppendElement(NULL, all, Tcl_NewStringObj("SOM", -1));
	const char *id = ev->id ? ev->id : "IDL:omg.org/CORBA/UNKNOWN:1.0";
	int code = TCL_ERROR;
	if (ev->major == SOM_USER_EXCEPTION) {
		const somh_type *t = somh_exception(ev, m, o);
		members = t && t->nmembers ? get_value(t, ev->value, false) : Tcl_NewObj();
		if (members) {
			Tcl_ListObjAppendElement(NULL, all, Tcl_NewStringObj("USER", -1));
			Tcl_ListObjAppendElement(NULL, all, text_of(id));
			Tcl_ListObjAppendElement(NULL, all, members);
			Tcl_Obj *says = text_of(t ? t->name : id), *text = text_of(ev->text ? ev->text : "");
			Tcl_IncrRefCount(text);
			if (*Tcl_GetString(members)) Tcl_AppendPrintfToObj(says, ": %s", Tcl_GetString(members));
			else if (ev->text) Tcl_AppendPrintfToObj(says, ": %s", Tcl_GetString(text));
			Tcl_SetObjResult(interp, says);
			unref(text);
		}
	} else {
		char name[100];
		bool known = !strncmp(id, corba, sizeof corba - 1);
		snprintf(name, sizeof name, "%.90s", known ? id + sizeof corba - 1 : id);
		if (known && strchr(name, ':')) *strchr(name, ':') = 0;
		static const char *const completed[] = {"YES", "NO", "MAYBE"};
		Tcl_ListObjAppendElement(NULL, all, Tcl_NewStringObj("SYSTEM", -1));
		Tcl_Obj *says = text_of(name);
		Tcl_ListObjAppendElement(NULL, all, says);
		Tcl_ListObjAppendElement(NULL, all, Tcl_NewWideIntObj(ev->minor));
		Tcl_ListObjAppendElement(NULL, all, Tcl_NewStringObj(completed[ev->completed % 3], -1));
		if (ev->code) Tcl_ListObjAppendElement(NULL, all, Tcl_NewStringObj(som_code_name(ev->code), -1));
		Tcl_Obj *text = text_of(ev->text ? ev->text : "");
		Tcl_SetObjResult(interp, ev->text ? Tcl_ObjPrintf("%s: %s", Tcl_GetString(says), Tcl_GetString(text)) : says);
		Tcl_IncrRefCount(text);
		unref(text);
		members = all;
	}
	if (members) Tcl_SetObjErrorCode(interp, all);
	unref(all);
	som_env_clear(ev);
	return code;
}

/* ---- To C ---- */

/* The exception of an id among those that a method may raise. */
static const somh_type *raised_by(const somh_method *m, const char *id) {
	for (uint32_t i = 0; m && i < m->nraises; i++)
		if (!strcmp(m->raises[i]->id, id)) return m->raises[i];
	return NULL;
}

/* An exception that the error code says: SOM USER id members, SOM SYSTEM name minor completed. 0: it says none, -1: with members that cannot be. */
static int raise_code_of(som_env *ev, const somh_method *m, Tcl_Obj *code, Tcl_Obj *message) {
	int n;
	Tcl_Obj **word;
	if (!code || Tcl_ListObjGetElements(NULL, code, &n, &word) != TCL_OK || n < 3 || strcmp(Tcl_GetString(word[0]), "SOM") != 0) return 0;
	const char *name = Tcl_GetString(word[2]);
	if (!strcmp(Tcl_GetString(word[1]), "SYSTEM")) {
		char id[200];
		bool negative;
		uint64_t minor = 0;
		if (n > 3 && (!whole_of(word[3], &negative, &minor) || minor > UINT32_MAX)) return 0;
		const char *completed = n > 4 ? Tcl_GetString(word[4]) : "MAYBE", *text = Tcl_GetString(message);
		size_t of = strlen(name);
		if (strlen(name) > 100) return 0;
		if (!strncmp(text, name, of) && !strncmp(text + of, ": ", 2)) text += of + 2; /* as raise_env has put it */
		snprintf(id, sizeof id, "%s%s:1.0", corba, name);
		som_raise_system(ev, id, (uint32_t)minor, !strcmp(completed, "YES") ? SOM_COMPLETED_YES : !strcmp(completed, "NO") ? SOM_COMPLETED_NO : SOM_COMPLETED_MAYBE, NULL);
		Tcl_Obj *says = Tcl_NewStringObj(text, -1);
		Tcl_IncrRefCount(says);
		ev->text = octets_of(says, "the message", 0);
		unref(says);
		return 1;
	}
	if (strcmp(Tcl_GetString(word[1]), "USER") != 0) return 0;
	const somh_type *t = raised_by(m, name);
	if (!t) return som_raise_user(ev, name, NULL, NULL), 1;
	void *value = calloc(1, t->size ? t->size : 1);
	int failed = !value || (t->nmembers && put_value(t, n > 3 ? word[3] : word[2], value, false, t->name) != TCL_OK);
	if (!failed) somh_raise(ev, t, value);
	free(value);
	return failed ? -1 : 1;
}

void raise_for(const somh_method *m, som_env *ev, int code) {
	Tcl_Obj *message = Tcl_GetObjResult(interp), *options = Tcl_GetReturnOptions(interp, code), *key = Tcl_NewStringObj("-errorcode", -1), *errorcode = NULL;
	Tcl_IncrRefCount(message), Tcl_IncrRefCount(options), Tcl_IncrRefCount(key);
	Tcl_DictObjGet(NULL, options, key, &errorcode);
	int is = ev ? raise_code_of(ev, m, errorcode, message) : 1;
	if (is < 0) { /* what it has for a member cannot be one: that is what is wrong */
		unref(message), unref(options);
		message = Tcl_GetObjResult(interp), options = Tcl_GetReturnOptions(interp, TCL_ERROR);
		Tcl_IncrRefCount(message), Tcl_IncrRefCount(options);
	}
	if (!ev) { /* nobody is to be told */
		som_output(Tcl_GetString(message), strlen(Tcl_GetString(message)));
		som_output("\n", 1);
	}
	kept *k = is <= 0 ? malloc(sizeof *k) : NULL;
	if (k) {
		*k = (kept){NULL, message, options};
		som_raise_user(ev, tcl_id, k, drop_error);
		char *copy = octets_of(message, "the message", 0);
		if (copy) ev->text = copy;
	} else {
		unref(message), unref(options);
		if (is <= 0) som_raise_system(ev, "IDL:omg.org/CORBA/NO_MEMORY:1.0", 0, SOM_COMPLETED_MAYBE, "an error of Tcl's");
	}
	unref(key);
	Tcl_ResetResult(interp);
}
