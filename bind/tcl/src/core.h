/* core.h: what the parts of the extension share. All of it is run by the interpreter's thread, the home thread, but where it is said. */
#ifndef DSOM_TCL_CORE_H
#define DSOM_TCL_CORE_H

#include <somhost.h>
#include <stdbool.h>
#include <tcl.h>
#include <tclOO.h>

static inline void unref(Tcl_Obj *o) { Tcl_DecrRefCount(o); } /* which may be a statement, and no expression */

/* A class that was made in Tcl: what its overrides' contexts refer to, which libsom may have for longer than Tcl. */
typedef struct maker {
	const somh_class *cls; /* NULL: it is being made */
	Tcl_Class tcl;         /* NULL: it has been destroyed */
	struct override *overrides;
} maker;

typedef struct override {
	struct override *next;
	maker *of;
	const somh_method *m;
	Tcl_Obj *name;
} override;

/* What a class of Tcl's has for metadata. */
typedef struct class_data { const somh_class *cls; maker *made; } class_data;

/* What an object has for metadata. It has one reference to libsom's object, unless that is the others' (theirs). */
typedef struct instance {
	Tcl_Object object;
	som_ref ref; /* NULL: it has ended */
	const somh_class *cls;
	uint32_t calls; /* that are in it */
	bool theirs;    /* it ends when libsom's object does */
	bool unsure;    /* it has not been begun, as far as anybody has said; where it cannot be, it goes whoever has references */
	som_weak *weak; /* of one that is or was theirs, or unsure: whether a reference can still be had */
	bool gone;      /* Tcl's object is no more */
	struct instance *next; /* of those that have ended, and whose objects of Tcl's are to be deleted */
} instance;

/* module.c */
extern Tcl_Interp *interp; /* NULL: it is deleted */
extern Tcl_ThreadId home;
void wake_home(void *nothing); /* from any thread: Tcl's is to look at what waits for it */
int patience_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]);
int fail(const char *code, const char *format, ...); /* TCL_ERROR, with -errorcode {DSOM code} */
int fail_what(const char *what, const char *format, ...);

/* values.c */
Tcl_Obj *get_value(const somh_type *t, const void *p, bool nullable); /* NULL: an error, in the interpreter's result */
int put_value(const somh_type *t, Tcl_Obj *o, void *p, bool nullable, const char *what); /* p is all zero; TCL_ERROR: it holds nothing */
Tcl_Obj *text_of(const char *s); /* of names and errors: without what is beyond MAX_TEXT */
void whole_characters(char *s);  /* of a text of Tcl's that was cut */
bool whole_of(Tcl_Obj *o, bool *negative, uint64_t *v); /* of 64 bits; false: it is none */
char *octets_of(Tcl_Obj *o, const char *what, uint64_t bound); /* som_allocate's, as UTF-8; NULL: an error */

/* objects.c */
Tcl_Obj *wrap(som_ref o, bool owned); /* the object's name, "" of NULL; NULL: an error. o's reference is taken over if it is owned, also where it fails */
instance *wrapped(som_ref o, bool owned);
instance *twin_of(som_ref o); /* NULL: Tcl has none */
instance *instance_of(Tcl_Obj *name); /* NULL: it is no object of SOM's, without an error */
instance *ensure(Tcl_Object object);  /* of one of a class of SOM's, made if it has not been yet; NULL: an error */
som_ref reference(instance *w); /* owned, or NULL: it has ended, or is about to, in another thread */
som_ref hold(instance *w); /* the same for a call */
void let_go(instance *w, som_ref o);
void begin_instance(som_ref self, som_env *ev, void *context); /* these two from any thread */
void end_instance(som_ref self, void *context);
void delete_ended(void); /* at home */
int make_by(const somh_class *c, const somh_method *m, const som_value *args, som_env *ev, Tcl_Obj **made);
int give_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]);
int weak_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]);
int address_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]);
int count_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]);
int som_new_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]);
void set_up_objects(void);

/* classes.c */
Tcl_Class class_of(const somh_class *c); /* NULL: an error */
class_data *class_at(Tcl_Obj *name);     /* of SOM's, or made in Tcl below one, which is then defined; NULL: an error */
class_data *class_of_object(Tcl_Object o);
class_data *data_of(Tcl_Class c);        /* NULL: it is none of SOM's, or not yet */
void update(class_data *c); /* looks for methods that have been defined since; where it fails they are not seen */
int class_commands(void);

/* calls.c */
extern const Tcl_MethodType method_type, attribute_type;
typedef struct called { const somh_method *m, *sets; const somh_class *owner; bool open; } called; /* what methods have; sets of an attribute alone */
int dispatch_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]);
int make_command(ClientData d, Tcl_Interp *in, int objc, Tcl_Obj *const objv[]);

/* overrides.c */
void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result); /* from any thread */
bool pass_on(Tcl_Object object, const somh_method *m, const somh_class *owner); /* a call of the method of this class is one of an override above it */
typedef struct active { struct active *outer; Tcl_Object object; const somh_method *m; const somh_class *owner; Tcl_ObjectContext context; Tcl_Obj *const *objv; int skip; } active;
extern active *calling; /* the innermost call of a method of another language's */

/* errors.c */
int raise_env(som_env *ev, const somh_method *m, som_ref o); /* TCL_ERROR; ev is cleared. m, o: whose, or NULL */
void raise_for(const somh_method *m, som_env *ev, int code); /* the error in the interpreter becomes one of ev's, which may be NULL. m: who raises it, or NULL */

#endif
