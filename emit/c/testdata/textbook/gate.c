#define Farm_Gate_Class_Source
#include <gate.ih>

SOM_Scope void SOMLINK gate_pass(Farm_Gate *somSelf, Environment *ev, long width)
{
	Farm_GateData *somThis = Farm_GateGetData(somSelf);
	Farm_GateMethodDebug("Farm_Gate", "pass");
	if (!_open) {
		somSetException(ev, USER_EXCEPTION, ex_SHUT, NULL);
		return;
	}
	if (width > narrowest) {
		TOO_WIDE *params = (TOO_WIDE *)SOMMalloc(sizeof(TOO_WIDE));
		params->by = (integer4)(width - narrowest);
		strcpy(params->reason, "the gate is narrow");
		params->advice = NULL;
		somSetException(ev, USER_EXCEPTION, ex_TOO_WIDE, params);
	}
}
