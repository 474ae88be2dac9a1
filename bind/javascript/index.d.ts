// Classes of SOM, written in C, C++, Go or whatever else, as classes of JavaScript. What a class library has is declared by dsom-types.

/** What is taken for a long long: a bigint, or a number that is a safe integer. */
export type Long = bigint | number;
/** What is taken for a sequence or an array of octets. */
export type Octets = ArrayBuffer | ArrayLike<number>;

/**
 * The classes, enumerations and exceptions that are declared: what returns them, by their names. dsom-types adds those of class libraries, and what several libraries
 * declare, as that of which their classes descend, is there several times.
 */
export interface Classes {
  SOMObject(): typeof SOMObject;
}

/**
 * A class by its name, 'Zoo::Dog', whose library is loaded if need be; or an enumeration or exception of a class that is there. version is [major, minor]: the class must
 * have this major version, and at least this minor one.
 * @throws {SystemException} with code 'unknown' of a class that does not exist, 'library' of one whose library cannot be loaded, 'version' of another version
 */
export function load<N extends keyof Classes>(name: N, version?: [major: number, minor: number]): ReturnType<Classes[N]>;
export function load(name: string, version?: [major: number, minor: number]): any;
/** Loads a class library by its file's name; load then finds its classes, whatever the file is called. */
export function library(file: string): void;
/** Says where class libraries are: folders in an array, or in a text as PATH is written. null: as SOM_PATH says. */
export function setPath(folders: string | readonly string[] | null): void;
/** The names of all classes that there are. */
export function classes(): string[];

/** The base of all classes of SOM. */
export abstract class Instance {
  /** The class's name in SOM. A class may say which name it is to have. */
  static readonly somName: string;
}
/** What all classes of SOM descend from. */
export class SOMObject extends Instance {
  somGetClassName(): string;
}
/** A class that makes objects of a type. */
export type Class<T extends Instance = Instance> = abstract new (...args: any[]) => T;

export interface Method {
  name: string;
  /** Of what gets or sets an attribute. */
  attribute: string | null;
  doc: string | null;
  /** Why it cannot be called, of one that cannot. */
  why: string | null;
  gets: boolean;
  sets: boolean;
  /** It is an initializer. */
  makes: boolean;
  params?: { name: string; type: string; way: 'in' | 'out' | 'inout'; nullable: boolean }[];
  raises?: string[];
  result?: string;
  nullable?: boolean;
}
export interface About {
  name: string;
  doc: string | null;
  version: [major: number, minor: number];
  /** The file that the class came from. */
  library: string | null;
  /** How many live, whoever made them. */
  instances: number;
  types: string[];
  methods: Method[];
}
/** What is known of a class. */
export function describe(c: Class): About;
/** Has SOM know a class now, and not when its first object is made; or what it overrides by now. */
export function register<C extends Class>(c: C): C;
/** A class with several parents, to be extended. */
export function join<A extends Instance>(a: new () => A): new () => A;
export function join<A extends Instance, B extends Instance>(a: new () => A, b: new () => B): new () => A & B;
export function join<A extends Instance, B extends Instance, C extends Instance>(a: new () => A, b: new () => B, c: new () => C): new () => A & B & C;
/** Makes an object as other languages do: without arguments. */
export function create<T extends Instance>(c: new (...args: any[]) => T): T;

/** Gives the object's reference back now; calls of it throw from then on. */
export function release(o: Instance): void;
/** False once the object has been released or has ended. */
export function isAlive(o: Instance): boolean;
/** Where the object is in memory, for other tools of this process. */
export function addressOf(o: Instance): bigint;
/** The address of what calls of a method run, for other tools of this process: a C function of the object, the environment and the arguments. */
export function entryOf(o: Instance, method: string): bigint;
/** Calls a method by its name as other languages do, by the object's own table. */
export function dispatch(o: Instance, method: string, ...args: any[]): any;
export interface Weak<T> {
  /** The object, or undefined once its end has begun. */
  deref(): T | undefined;
}
/** A weak reference to libsom's object. */
export function weak<T extends Instance>(o: T): Weak<T>;
/** Releases at once what the collector has found. */
export function collect(): void;
/** For how many milliseconds a call by another thread waits for the main thread to take it, and then for an override to return: 60,000 to begin with. */
export function setMainThreadWait(milliseconds: number): void;

/** The object elsewhere that a URL (corbaname:, corbaloc:) or a reference (IOR:) names. */
export function bind<T = any>(url: string): Promise<T>;
export const remote: {
  bind: typeof bind;
  /** The reference of an object as a text, which bind takes in any process that can reach this one. */
  urlOf(o: Instance): Promise<string>;
  /** Makes an object of a class elsewhere, at a server that the daemon knows to have it. */
  create<T = any>(constraint: string): Promise<T>;
};

/** A server of objects of this process: it takes calls, and keeps the process alive, until it is closed. */
export interface Server {
  /** The address of the daemon, in whose naming service the objects are; '' without one. */
  readonly daemon: string;
  /** Has an object be called by others, as name in the daemon's naming service and in corbaloc URLs. Its reference. */
  publish(name: string, o: Instance): Promise<string>;
  /** The reference of the object that was published as name. */
  url(name: string): string | undefined;
  /** Says that the server is to end. */
  stop(): void;
  /** Fulfilled when the server has ended: since stop was called, by the daemon, SIGTERM or SIGINT. */
  wait(): Promise<void>;
  /** Ends the server: calls under way are finished, and others not taken. */
  close(): Promise<void>;
}
/** Has objects of this process be called by others. */
export function serve(
  objects?: Record<string, Instance>,
  options?: { name?: string; listen?: string | string[]; classes?: string | Class | (string | Class)[] },
): Promise<Server>;

/** What a method raised. */
export abstract class Exception extends Error {
  /** Which one it is: a text, but for exceptions of IDL that have a member of this name. */
  readonly id: any;
}
/** An exception that IDL declares: its members are its properties. */
export class UserException extends Exception {
  constructor(members?: object, options?: ErrorOptions);
}
/** An exception of the system's: those of CORBA by their names, and the kernel's errors by their code, 'unknown'. */
export class SystemException extends Exception {
  constructor(message?: string, about?: { minor?: number; completed?: 'YES' | 'NO' | 'MAYBE'; code?: string; id?: string });
  readonly id: string;
  readonly minor: number;
  readonly completed: 'YES' | 'NO' | 'MAYBE';
  readonly code: string;
}
export class UNKNOWN extends SystemException {}
export class BAD_PARAM extends SystemException {}
export class NO_MEMORY extends SystemException {}
export class IMP_LIMIT extends SystemException {}
export class COMM_FAILURE extends SystemException {}
export class INV_OBJREF extends SystemException {}
export class NO_PERMISSION extends SystemException {}
export class INTERNAL extends SystemException {}
export class MARSHAL extends SystemException {}
export class INITIALIZE extends SystemException {}
export class NO_IMPLEMENT extends SystemException {}
export class BAD_TYPECODE extends SystemException {}
export class BAD_OPERATION extends SystemException {}
export class NO_RESOURCES extends SystemException {}
export class NO_RESPONSE extends SystemException {}
export class PERSIST_STORE extends SystemException {}
export class BAD_INV_ORDER extends SystemException {}
export class TRANSIENT extends SystemException {}
export class FREE_MEM extends SystemException {}
export class INV_IDENT extends SystemException {}
export class INV_FLAG extends SystemException {}
export class INTF_REPOS extends SystemException {}
export class BAD_CONTEXT extends SystemException {}
export class OBJ_ADAPTER extends SystemException {}
export class DATA_CONVERSION extends SystemException {}
export class OBJECT_NOT_EXIST extends SystemException {}
export class TRANSACTION_REQUIRED extends SystemException {}
export class TRANSACTION_ROLLEDBACK extends SystemException {}
export class INVALID_TRANSACTION extends SystemException {}
export class INV_POLICY extends SystemException {}
export class CODESET_INCOMPATIBLE extends SystemException {}
export class REBIND extends SystemException {}
export class TIMEOUT extends SystemException {}
export class TRANSACTION_UNAVAILABLE extends SystemException {}
export class TRANSACTION_MODE extends SystemException {}
export class BAD_QOS extends SystemException {}
export class INVALID_ACTIVITY extends SystemException {}
export class ACTIVITY_COMPLETED extends SystemException {}
export class ACTIVITY_REQUIRED extends SystemException {}
