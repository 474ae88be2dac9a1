/*
 * som_meta.h: the library of metaclasses for programs in C, on som.h: properties that a class has by naming one for its
 * metaclass, and that compose where a class needs several. n classes that each have some of p properties cost n + p classes to
 * write, since the kernel joins their metaclasses. docs/som.md says what holds of each; the package som/meta is the same in Go.
 *
 * What is put before and after calls is made by closures: the library needs a kernel with libffi, and methods with signatures. A class
 * with a method that is implemented and has no signature is refused ("method") rather than left unseen in part.
 */
#ifndef SOM_META_H
#define SOM_META_H

#include "som.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the library's classes, once. SOM_OK or the error. Only a program into which the library itself is linked has to call it, before one of them is
 * named: elsewhere the kernel loads libsom-meta.so.1 when one is asked for. */
SOM_API int som_meta_load(som_env *ev);

/* ---- SOMMBeforeAfter ---- */

enum { SOM_CALL_BEGINS = 1, SOM_CALL_ENDS }; /* som_call.life */

/* A call of a method of an instance, as a property sees it. */
typedef struct som_call {
	uint32_t size_of, nargs;
	som_class *cls;        /* whose instances have the property, and of which the object is one */
	som_ref object;
	const som_class *from; /* who introduces the method */
	const char *method;    /* "Zoo::Dog::bark" */
	const char *sig;
	som_tok token;
	som_value *args;       /* may be changed before */
	som_value *result;     /* may be changed after */
	som_env *ev;           /* the call's exception, never NULL; may be changed after */
	uint32_t life;         /* SOM_CALL_BEGINS: the object is being initialised or copied, and before there is nothing to look at;
	                        * SOM_CALL_ENDS: it is being destroyed, and after there is nothing; or 0 */
} som_call;

typedef struct som_rest som_rest; /* of a call, behind a sommAroundMethod */

/* What a descendant of SOMMBeforeAfter overrides, one or several of them; c is the class that has the property.
 *
 * Before answers 0 to veto the call: then neither the method runs, nor what comes after on behalf of the same property, nor
 * properties further in. The caller gets the exception that came with the veto, or a result of zeros; an object that may not begin is an
 * exception in any case, and the end of one comes all the same: its last reference is gone. Around wraps the rest of the call, and decides by som_call_rest when, and whether, it runs. Properties nest in
 * the order of the class's metaclass, the first outermost. An object that an initializer with arguments begins is shown when all
 * initializers have run; a veto undoes them. A call is seen once: neither parent calls nor next calls are others.
 * All run in the calling thread, several at a time. */
typedef uint8_t somm_before(som_ref c, som_env *ev, som_call *call);                /* "sommBeforeMethod", b:p */
typedef void somm_after(som_ref c, som_env *ev, som_call *call);                    /* "sommAfterMethod", v:p */
typedef void somm_around(som_ref c, som_env *ev, som_call *call, som_rest *rest);   /* "sommAroundMethod", v:pp */
SOM_API void som_call_rest(som_rest *rest);

/* ---- What else there is ----
 *
 * SOMMSingleInstance   somNew answers one instance, with a reference of the caller's own, until the last is given back; each subclass
 *                      has its own. sommGetSingleInstance o:, sommFreeSingleInstance v:. Who asks for it while it is made waits; its initializer
 *                      itself, and a thread that it waits for, get SOM_E_CYCLE. An
 *                      initializer with arguments makes it where there is none; else SOM_E_BUSY, as somNew is while it runs.
 * SOMMTraced           tells each call, once som_trace says where to, or to the standard output, if the variable SOMM_TRACED is empty or
 *                      has the class's name when it is made. _set_sommTraceIsOn v:b, _get_sommTraceIsOn b:.
 * SOMMProxyForObject   sends the calls of its methods on to its target: _set_sommProxyTarget v:o, which keeps no reference,
 *                      _get_sommProxyTarget o:. A subclass that overrides sommProxyDispatch i:spIp decides what happens to them: the
 *                      method's name, arguments, their number, the result.
 * SOMMProxyFor         is the metaclass of that; sommMakeProxyClass o:os is som_proxy_class.
 * SOMMExtentManaged, SOMMTimeStamped   see som_extent, som_stamp.
 * SOMMInvariantChecked asks an instance that descends from SOMMHasInvariant before and after each call whether it is as it should
 *                      be: sommInvariant v:, whose exception is the call's, and before the call a veto. What it calls of its own
 *                      object in its thread is not asked about.
 * SOMMAbstract         gives the class that names it no instances; SOMMNoninstantiable its descendants neither.
 * SOMMFinal            gives it no subclasses.
 * SOMMRedispatched     sends every call, but of SOMObject's methods, through somDispatch, which the class may override and which goes on
 *                      by som_dispatch. Properties further out see the call before that, those further in what becomes of it.
 * SOMMParentMethodCallPreventionEnabled   as the metaclass of a property: its hooks run when SOMMBeforeAfter calls them, and by no
 *                      parent or next call of a descendant's, which is SOM_E_ABSTRACT.
 * SOMMCooperative      is for metaclasses that put procedures in front of a class's methods: som_cooperate.
 */

/* Tells calls of instances of c, which must be SOMMTraced, a line each without its end; NULL ends that. to is called in the calling
 * thread, one call at a time for a class, under no lock: it may load classes, and end the tracing. What it calls itself is not told, nor what another
 * thread calls for which it waits. When som_trace returns, the one before is not running any more in other threads, unless that calls som_trace, or waits for it. */
SOM_API int som_trace(som_class *c, void (*to)(const char *line, void *context), void *context, som_env *ev);

/* A class of proxies with the interface of target and nothing else of it: owned. All calls are sent on but those by which an object
 * says what it is itself, and its beginning and end. The target's metaclass is none of a proxy's business. */
SOM_API som_class *som_proxy_class(som_class *target, const char *name, som_env *ev);

/* The living instances of exactly class c, which must be SOMMExtentManaged, each with a reference of the caller's own: at most n
 * of them in to. Returns how many there are in all, or -1. */
SOM_API int64_t som_extent(som_class *c, som_ref *to, uint32_t n, som_env *ev);

/* Puts proc in front of a method of c, which must be SOMMCooperative (SOM_E_TYPE): calls of its instances run it, with the method's own signature, and it goes on by
 * som_next_cooperative of the object's class, or takes the method over. The last that is put there is outermost, but behind the first. Subclasses do not inherit it: their own
 * metaclass, which descends from the class's, puts it there. It is for somClassReady, behind the next one's, and for one thread at a time. SOM_E_METHOD for a procedure that stands there
 * already, or a method without a place in the table; SOM_E_UNKNOWN for one that the class has not; SOM_E_BUSY while the class has instances. */
SOM_API int som_cooperate(som_class *c, const char *method, som_proc *proc, som_env *ev);

/* The same for a procedure that is to be the first, whatever is put there later; what stands there already is behind it. A method has one: for another it is SOM_E_BUSY, so
 * that two metaclasses that both need to be first are not joined unseen. */
SOM_API int som_cooperate_first(som_class *c, const char *method, som_proc *proc, som_env *ev);

/* What stands behind proc in front of a method of c, in the end what the class implements; NULL if proc does not stand there. From any thread. */
SOM_API som_proc *som_next_cooperative(const som_class *c, som_tok method, som_proc *proc);

/* When the last call of a method of o ended, its initialisation if there was none since: nanoseconds since 1970, or -1. The class of
 * o must be SOMMTimeStamped. */
SOM_API int64_t som_stamp(som_ref o, som_env *ev);

#ifdef __cplusplus
}
#endif
#endif
