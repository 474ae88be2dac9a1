/* What is raised, told apart by its name. */
#include <gate.h>

static void says(Environment *ev)
{
	switch (ev->_major) {
	case NO_EXCEPTION:
		somPrintf("through\n");
		break;
	case SYSTEM_EXCEPTION:
		somPrintf("system exception %s, minor %lu, completed %d\n", somExceptionId(ev), ((StExcep *)somExceptionValue(ev))->minor,
			((StExcep *)somExceptionValue(ev))->completed == MAYBE);
		break;
	case USER_EXCEPTION:
		if (strcmp(somExceptionId(ev), ex_TOO_WIDE) == 0) {
			TOO_WIDE *b = (TOO_WIDE *)somExceptionValue(ev);
			somPrintf("%s: %ld too wide\n", b->reason, (long)b->by);
		} else if (strcmp(exception_id(ev), ex_Farm_Gate_SHUT) == 0)
			somPrintf("shut\n");
		break;
	}
	somExceptionFree(ev);
}

int main(void)
{
	Environment own, *ev = &own;
	Farm_Gate *gate;
	somEnvironmentNew();
	SOM_InitEnvironment(ev);
	gate = Farm_GateNew();
	_pass(gate, ev, 7);
	says(ev);
	__set_open(gate, ev, TRUE);
	_pass(gate, ev, narrowest);
	says(ev);
	_pass(gate, ev, Farm_Gate_narrowest + 2L);
	says(ev);
	_somFree(gate);
	SOM_UninitEnvironment(ev);
	ev = SOM_CreateLocalEnvironment();
	StExcep *params = (StExcep *)SOMCalloc(1, sizeof(StExcep));
	params->minor = 7;
	params->completed = MAYBE;
	somSetException(ev, SYSTEM_EXCEPTION, "IDL:omg.org/CORBA/NO_MEMORY:1.0", params);
	says(ev);
	SOM_DestroyLocalEnvironment(ev);
	return 0;
}
