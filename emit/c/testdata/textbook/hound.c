#define Hound_Class_Source
#include "hound.ih"

SOM_Scope string SOMLINK getKind(Hound *somSelf)
{
	static char kind[32];
	sprintf(kind, "hound, a %s", parent_getKind(somSelf));
	return kind;
}

SOM_Scope void SOMLINK display(Hound *somSelf)
{
	somPrintf("* ");
	parents_display(somSelf);
}

SOM_Scope void SOMLINK somInit(Hound *somSelf)
{
	char woof[] = "woof";
	parent_Beast_somInit(somSelf);
	_setSound(somSelf, woof);
}
