/* core.h: what the parts of dsom._core share. All of it is run with the interpreter's lock held, but where it is said. */
#ifndef DSOM_CORE_H
#define DSOM_CORE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <somhost.h>
#include <stdbool.h>

/* An object: it has one reference to libsom's while Python owns it. Of a class made in Python libsom's object owns this one as soon as Python refers to it no more,
 * and others to that one: then it has no reference of its own. */
typedef struct instance {
	PyObject_HEAD
	som_ref ref; /* NULL: released, it has ended, or there is a doubt */
	struct doubt *doubt; /* whether it has been begun; NULL: none */
	PyObject *weaklist;
	uint32_t calls;    /* that are in it */
	bool ended;        /* libsom's object has: there is no reference to give back */
	bool finalized;    /* by __del__ */
	bool kept;         /* libsom's object owns it */
	bool scripted;     /* a class made in Python is among its class's */
} instance;

/* A class. */
typedef struct class_object {
	PyHeapTypeObject heap;
	const somh_class *cls; /* NULL: of Instance's own, and of one whose making has failed */
	bool made;             /* in Python */
	bool stays;            /* cls is NULL, and SOM has a class for good whose closures point to overrides */
	destructor finalize;   /* what __del__ is, or NULL */
	struct override *overrides;
} class_object;

/* What is called: of a method or an initializer. */
typedef struct method_object {
	PyObject_HEAD
	vectorcallfunc vectorcall;
	const somh_method *m;
	class_object *owner; /* borrowed: it is in its dictionary */
	PyObject *names;     /* of parameters that go in: interned */
	uint32_t nin;
	bool quick;  /* the interpreter's lock is held in it */
	bool words;  /* simple, and all are long or long long */
	bool simple; /* all goes in by value, and the result is one */
} method_object;

typedef struct attribute_object {
	PyObject_HEAD
	const somh_method *get, *set; /* either may be NULL */
	class_object *owner;
	PyObject *name;
} attribute_object;

extern PyTypeObject Instance_Type, Class_Type, Method_Type, Attribute_Type;
extern bool down; /* the interpreter ends: nothing of it is to be used */

/* core.c */
bool enter_python(PyGILState_STATE *s); /* takes the lock, for what C calls. False, and nothing is taken: the interpreter has ended */
void leave_python(PyGILState_STATE s);
PyObject *part(const char *name); /* a function of dsom._types, borrowed; NULL: an error */

/* classes.c */
PyObject *python_name(const char *name); /* a new reference: Python's own words have an underscore in front */
class_object *class_of_description(const somh_class *c); /* borrowed; NULL: an error */
class_object *class_of_ref(som_ref o);
int set_up_classes(PyObject *module);
PyObject *described(PyObject *module, PyObject *type);

/* objects.c */
PyObject *wrap(som_ref o, bool owned); /* a new reference; None of NULL; o's reference is taken over if it is owned, also where it fails */
instance *twin_of(som_ref o); /* NULL too for one that could not be begun */
bool is_dying(const instance *w);
void release_later(instance *w, som_ref o); /* the last call of one that was released in it has come back */
int bind_twin(instance *w, som_ref o);
som_ref ref_of(PyObject *o); /* borrowed; NULL: an error */
void finalize_scripted(PyObject *self);
void begin_instance(som_ref self, som_env *ev, void *context); /* these two without the lock */
void end_instance(som_ref self, void *context);
PyObject *new_plainly(PyObject *type, PyObject *nothing);
PyObject *new_instance(PyTypeObject *type, PyObject *args, PyObject *kwds);
PyObject *weak(PyObject *module, PyObject *o);
void set_up_objects(void);

/* values.c */
PyObject *get_value(const somh_type *t, const void *p, bool nullable);
int put_value(const somh_type *t, PyObject *o, void *p, bool nullable, const char *what); /* p is all zero; -1: an error, and it holds nothing */
PyObject *class_of_type(const somh_type *t); /* borrowed */
PyObject *name_of_type(const somh_type *t);  /* a new reference: what a stub says */

/* calls.c */
PyObject *call_method(const somh_method *m, class_object *owner, PyObject *self, PyObject *const *args, uint32_t nin);
PyObject *dispatch(PyObject *self, PyObject *const *args, Py_ssize_t n);
PyObject *entry(PyObject *self, PyObject *name);
PyObject *make_by(const somh_method *m, class_object *type, PyObject *const *args);
PyObject *new_method(const somh_method *m, class_object *owner);
PyObject *new_attribute(const somh_method *get, const somh_method *set, class_object *owner);

/* overrides.c */
typedef struct override {
	struct override *next;
	class_object *type; /* borrowed; NULL: it is no more */
	const somh_class *cls; /* its class in SOM, which may last longer; NULL: it is being made */
	const somh_method *m;
	PyObject *name;
} override;
override *new_override(class_object *type, const somh_method *m);
void handle(void *context, som_ref self, som_env *ev, const som_value *args, som_value *result); /* without the lock */

/* errors.c */
PyObject *raise_env(som_env *ev, const somh_method *m, som_ref o); /* NULL, an exception of Python's; ev is cleared. m, o: whose, or NULL */
void raise_to_env(som_env *ev);   /* the exception that there is becomes one of ev's, and is cleared */
int set_up_errors(PyObject *module);

#endif
