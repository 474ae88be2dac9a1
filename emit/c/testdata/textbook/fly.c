#define Robin_Class_Source
#include <fly.ih>

SOM_Scope Animal *SOMLINK m_create(MAnimal *somSelf, Environment *ev, string name)
{
	Animal *a = _somNew(somSelf);
	__set_name(a, ev, name);
	return a;
}

SOM_Scope SOMObject *SOMLINK m_somNew(MAnimal *somSelf)
{
	MAnimalData *somThis = MAnimalGetData(somSelf);
	MAnimalMethodDebug("MAnimal", "somNew");
	_count++;
	return MAnimal_parent_SOMClass_somNew(somSelf);
}

SOM_Scope boolean SOMLINK mf_flies(MFlying *somSelf, Environment *ev) { return (void)somSelf, (void)ev, TRUE; }
