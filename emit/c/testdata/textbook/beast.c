#define Beast_Class_Source
#include "beast.ih"
#include <string.h>

SOM_Scope string SOMLINK getKind(Beast *somSelf)
{
	(void)somSelf;
	return (string)"beast";
}

SOM_Scope void SOMLINK setSound(Beast *somSelf, string sound)
{
	BeastData *somThis = BeastGetData(somSelf);
	BeastMethodDebug("Beast", "setSound");
	if (_sound) (*SOMFree)(_sound);
	_sound = (string)(*SOMMalloc)(strlen(sound) + 1);
	strcpy(_sound, sound);
}

SOM_Scope void SOMLINK talk(Beast *somSelf)
{
	BeastData *somThis = BeastGetData(somSelf);
	somPrintf("%s says %s\n", _getKind(somSelf), _sound ? _sound : "nothing");
}

SOM_Scope void SOMLINK display(Beast *somSelf)
{
	somPrintf("a %s: ", _somGetClassName(somSelf));
	_talk(somSelf);
}

SOM_Scope void SOMLINK somInit(Beast *somSelf)
{
	BeastData *somThis = BeastGetData(somSelf);
	parent_somInit(somSelf);
	_sound = NULL;
}

SOM_Scope void SOMLINK somUninit(Beast *somSelf)
{
	BeastData *somThis = BeastGetData(somSelf);
	if (_sound) SOMFree(_sound);
	parent_SOMObject_somUninit(somSelf);
}

SOM_Scope void SOMLINK somDumpSelfInt(Beast *somSelf, long level)
{
	somLPrintf(level, "level %ld ", level);
	_display(somSelf);
}
