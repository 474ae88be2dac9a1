/*
 * squeak.h: what the virtual machine of Squeak hands a plugin, as far as this one uses it. The order of the functions is the machine's interface, version
 * 1.8 and later; those in between that are not used are places.
 */
#ifndef SQUEAK_H
#define SQUEAK_H

#include <stdint.h>

#ifndef SQUEAK_INT
#define SQUEAK_INT int
#endif
typedef SQUEAK_INT sq;

typedef struct squeak {
	sq (*minorVersion)(void), (*majorVersion)(void);
	sq (*pop)(sq), (*popthenPush)(sq, sq), (*push)(sq), (*pushBool)(sq), (*pushFloat)(double), (*pushInteger)(sq);
	double (*stackFloatValue)(sq);
	sq (*stackIntegerValue)(sq), (*stackObjectValue)(sq), (*stackValue)(sq);
	sq (*argumentCountOf)(sq);
	void *(*arrayValueOf)(sq);
	sq (*byteSizeOf)(sq);
	void *(*fetchArrayofObject)(sq, sq);
	sq (*fetchClassOf)(sq);
	double (*fetchFloatofObject)(sq, sq);
	sq (*fetchIntegerofObject)(sq, sq), (*fetchPointerofObject)(sq, sq), (*gone)(sq, sq);
	void *(*firstFixedField)(sq), *(*firstIndexableField)(sq);
	sq (*literalofMethod)(sq, sq), (*literalCountOf)(sq), (*methodArgumentCount)(void), (*methodPrimitiveIndex)(void), (*primitiveIndexOf)(sq), (*sizeOfSTArrayFromCPrimitive)(void *);
	sq (*slotSizeOf)(sq), (*stObjectat)(sq, sq), (*stObjectatput)(sq, sq, sq), (*stSizeOf)(sq), (*storeIntegerofObjectwithValue)(sq, sq, sq), (*storePointerofObjectwithValue)(sq, sq, sq);
	sq (*isKindOf)(sq, char *), (*isMemberOf)(sq, char *), (*isBytes)(sq), (*isFloatObject)(sq), (*isIndexable)(sq), (*isIntegerObject)(sq), (*isIntegerValue)(sq), (*isPointers)(sq), (*isWeak)(sq),
		(*isWords)(sq), (*isWordsOrBytes)(sq);
	sq (*booleanValueOf)(sq), (*checkedIntegerValueOf)(sq), (*floatObjectOf)(double);
	double (*floatValueOf)(sq);
	sq (*integerObjectOf)(sq), (*integerValueOf)(sq), (*positive32BitIntegerFor)(unsigned), (*positive32BitValueOf)(sq);
	sq (*characterTable)(void), (*displayObject)(void), (*falseObject)(void), (*nilObject)(void), (*trueObject)(void);
	sq (*classArray)(void), (*classBitmap)(void), (*classByteArray)(void), (*classCharacter)(void), (*classFloat)(void), (*classLargePositiveInteger)(void), (*classPoint)(void), (*classSemaphore)(void),
		(*classSmallInteger)(void), (*classString)(void);
	sq (*clone)(sq), (*instantiateClassindexableSize)(sq, sq), (*makePointwithxValueyValue)(sq, sq), (*popRemappableOop)(void), (*pushRemappableOop)(sq);
	sq (*becomewith)(sq, sq), (*byteSwapped)(sq), (*failed)(void), (*fullDisplayUpdate)(void);
	void (*fullGC)(void), (*incrementalGC)(void);
	sq (*primitiveFail)(void), (*showDisplayBitsLeftTopRightBottom)(sq, sq, sq, sq, sq), (*signalSemaphoreWithIndex)(sq), (*success)(sq), (*superclassOf)(sq);
	void *(*compilerHookVector)(void);
	sq (*setCompilerInitialized)(sq);
	sq (*loadBitBltFrom)(sq), (*copyBits)(void), (*copyBitsFromtoat)(sq, sq, sq);
	sq (*classLargeNegativeInteger)(void), (*signed32BitIntegerFor)(sq);
	int (*signed32BitValueOf)(sq);
	sq (*includesBehaviorThatOf)(sq, sq), (*primitiveMethod)(void);
	sq (*classExternalAddress)(void), (*classExternalData)(void), (*classExternalFunction)(void), (*classExternalLibrary)(void), (*classExternalStructure)(void);
	void *(*ioLoadModuleOfLength)(sq, sq), *(*ioLoadSymbolOfLengthFromModule)(sq, sq, sq);
	sq (*isInMemory)(sq);
	void *(*ioLoadFunctionFrom)(char *, char *);
	sq (*ioMicroMSecs)(void);
	sq (*positive64BitIntegerFor)(unsigned long long);
	unsigned long long (*positive64BitValueOf)(sq);
	sq (*signed64BitIntegerFor)(long long);
	long long (*signed64BitValueOf)(sq);
	sq (*isArray)(sq);
	void (*forceInterruptCheck)(void);
	sq (*fetchLong32ofObject)(sq, sq), (*getThisSessionID)(void), (*ioFilenamefromStringofLengthresolveAliases)(char *, char *, sq, sq), (*vmEndianness)(void);
	sq (*callbackEnter)(sq *), (*callbackLeave)(sq), (*addGCRoot)(sq *), (*removeGCRoot)(sq *);
} squeak;

#endif
