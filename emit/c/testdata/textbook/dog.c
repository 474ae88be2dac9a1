#define Dog_Class_Source
#include <dog.ih>
SOM_Scope string SOMLINK dog_talk(Dog *somSelf, Environment *ev) { return (void)somSelf, (void)ev, (string) "woof"; }
