// Made by dsom-types: what class libraries say of their classes.
import * as dsom from 'dsom';

export declare namespace Zoo {
  class TooLoud extends dsom.UserException {
    static readonly id: string;
    constructor(members: { volume: number; why: string }, options?: ErrorOptions);
    readonly id: string;
    volume: number;
    why: string;
  }
  class Asleep extends dsom.UserException {
    static readonly id: string;
    constructor(members?: { }, options?: ErrorOptions);
    readonly id: string;
  }
  enum Colour {
    red = 0,
    green = 1,
    blue = 2,
  }
  /** It is in C++ what it is in C. */
  interface Place {
    x: number;
    y: number;
    marks: number[][];
  }
  interface Card {
    name: string;
    colour: Zoo.Colour;
    tame: boolean;
    tricks: string[];
    home: Zoo.Place;
    title: string;
  }
  /** An animal. */
  class Animal extends dsom.SOMObject {
    get name(): string;
    set name(value: string);
    nameAsync(): Promise<string>;
    nameAsync(value: string): Promise<void>;
    /**
     * Says something n times, and how loud that was.
     * @throws {Zoo.TooLoud}
     * @throws {Zoo.Asleep}
     */
    speak(n: dsom.Long): bigint;
    speakAsync(n: dsom.Long): Promise<bigint>;
    friend_of(other: Zoo.Animal): Zoo.Animal;
    friend_ofAsync(other: Zoo.Animal): Promise<Zoo.Animal>;
    /**
     * Makes an animal with a name.
     * @throws {Zoo.TooLoud}
     */
    static named<T>(this: new () => T, name: string, legs: number): T;
    get legs(): number;
    legsAsync(): Promise<number>;
    total(more: number): number;
    totalAsync(more: number): Promise<number>;
    get colour(): Zoo.Colour;
    set colour(value: Zoo.Colour);
    colourAsync(): Promise<Zoo.Colour>;
    colourAsync(value: Zoo.Colour): Promise<void>;
    get cards(): Zoo.Card[];
    set cards(value: Zoo.Card[]);
    cardsAsync(): Promise<Zoo.Card[]>;
    cardsAsync(value: Zoo.Card[]): Promise<void>;
  }
  interface Tree {
    value: number;
    below: Zoo.Tree[];
  }
  type Food =
    | { d: Zoo.Colour.red; v: number }
    | { d: Zoo.Colour.green; v: string }
    | { d: Exclude<Zoo.Colour, Zoo.Colour.red | Zoo.Colour.green>; v: Zoo.Card };
  interface Album {
    covers: string[][];
    pages: number;
  }
  /** Gives back what it gets. */
  class Echo extends dsom.SOMObject {
    flag(v: boolean, io: boolean): [boolean, boolean, boolean];
    flagAsync(v: boolean, io: boolean): Promise<[boolean, boolean, boolean]>;
    byte(v: number, io: number): [number, number, number];
    byteAsync(v: number, io: number): Promise<[number, number, number]>;
    letter(v: string, io: string): [string, string, string];
    letterAsync(v: string, io: string): Promise<[string, string, string]>;
    wide(v: string, io: string): [string, string, string];
    wideAsync(v: string, io: string): Promise<[string, string, string]>;
    small(v: number, io: number): [number, number, number];
    smallAsync(v: number, io: number): Promise<[number, number, number]>;
    large(v: number, io: number): [number, number, number];
    largeAsync(v: number, io: number): Promise<[number, number, number]>;
    huge(v: dsom.Long, io: dsom.Long): [bigint, bigint, bigint];
    hugeAsync(v: dsom.Long, io: dsom.Long): Promise<[bigint, bigint, bigint]>;
    single(v: number, io: number): [number, number, number];
    singleAsync(v: number, io: number): Promise<[number, number, number]>;
    twice(v: number, io: number): [number, number, number];
    twiceAsync(v: number, io: number): Promise<[number, number, number]>;
    colour(v: Zoo.Colour, io: Zoo.Colour): [Zoo.Colour, Zoo.Colour, Zoo.Colour];
    colourAsync(v: Zoo.Colour, io: Zoo.Colour): Promise<[Zoo.Colour, Zoo.Colour, Zoo.Colour]>;
    text(v: string, io: string): [string, string, string];
    textAsync(v: string, io: string): Promise<[string, string, string]>;
    title(v: string, io: string): [string, string, string];
    titleAsync(v: string, io: string): Promise<[string, string, string]>;
    animal(v: Zoo.Animal, io: Zoo.Animal): [Zoo.Animal, Zoo.Animal, Zoo.Animal];
    animalAsync(v: Zoo.Animal, io: Zoo.Animal): Promise<[Zoo.Animal, Zoo.Animal, Zoo.Animal]>;
    place(v: Zoo.Place, io: Zoo.Place): [Zoo.Place, Zoo.Place, Zoo.Place];
    placeAsync(v: Zoo.Place, io: Zoo.Place): Promise<[Zoo.Place, Zoo.Place, Zoo.Place]>;
    /** @throws {Zoo.Asleep} */
    card(v: Zoo.Card, io: Zoo.Card): [Zoo.Card, Zoo.Card, Zoo.Card];
    cardAsync(v: Zoo.Card, io: Zoo.Card): Promise<[Zoo.Card, Zoo.Card, Zoo.Card]>;
    cards(v: Zoo.Card[], io: Zoo.Card[]): [Zoo.Card[], Zoo.Card[], Zoo.Card[]];
    cardsAsync(v: Zoo.Card[], io: Zoo.Card[]): Promise<[Zoo.Card[], Zoo.Card[], Zoo.Card[]]>;
    numbers(v: number[], io: number[]): [number[], number[], number[]];
    numbersAsync(v: number[], io: number[]): Promise<[number[], number[], number[]]>;
    names(v: string[], io: string[]): [string[], string[], string[]];
    namesAsync(v: string[], io: string[]): Promise<[string[], string[], string[]]>;
    tree(v: Zoo.Tree, io: Zoo.Tree): [Zoo.Tree, Zoo.Tree, Zoo.Tree];
    treeAsync(v: Zoo.Tree, io: Zoo.Tree): Promise<[Zoo.Tree, Zoo.Tree, Zoo.Tree]>;
    food(v: Zoo.Food, io: Zoo.Food): [Zoo.Food, Zoo.Food, Zoo.Food];
    foodAsync(v: Zoo.Food, io: Zoo.Food): Promise<[Zoo.Food, Zoo.Food, Zoo.Food]>;
    flags(v: boolean[], io: boolean[]): [boolean[], boolean[], boolean[]];
    flagsAsync(v: boolean[], io: boolean[]): Promise<[boolean[], boolean[], boolean[]]>;
    herd(v: Zoo.Animal[], io: Zoo.Animal[]): [Zoo.Animal[], Zoo.Animal[], Zoo.Animal[]];
    herdAsync(v: Zoo.Animal[], io: Zoo.Animal[]): Promise<[Zoo.Animal[], Zoo.Animal[], Zoo.Animal[]]>;
    /** Both become the object's. */
    keep(text: string, animal: Zoo.Animal): void;
    keepAsync(text: string, animal: Zoo.Animal): Promise<void>;
    kept_text(): string;
    kept_textAsync(): Promise<string>;
    token(v: bigint | null): bigint | null;
    tokenAsync(v: bigint | null): Promise<bigint | null>;
    album(v: Zoo.Album, io: Zoo.Album): [Zoo.Album, Zoo.Album, Zoo.Album];
    albumAsync(v: Zoo.Album, io: Zoo.Album): Promise<[Zoo.Album, Zoo.Album, Zoo.Album]>;
  }
  class Pet extends dsom.SOMObject {
    /** Whose it is. */
    owner(): string;
    ownerAsync(): Promise<string>;
    speak_to(who: string): bigint;
    speak_toAsync(who: string): Promise<bigint>;
  }
  class Dog extends Zoo.Animal {
    /** @throws {Zoo.TooLoud} */
    bark(volume: number): void;
    barkAsync(volume: number): Promise<void>;
    get bone(): Zoo.Dog.Bone;
    set bone(value: Zoo.Dog.Bone);
    boneAsync(): Promise<Zoo.Dog.Bone>;
    boneAsync(value: Zoo.Dog.Bone): Promise<void>;
  }
  class Puppy extends Zoo.Dog {
    /** A name that all handles have for something else. */
    create(): void;
    createAsync(): Promise<void>;
  }
  interface Puppy extends Zoo.Pet {}
}

export declare namespace Zoo.Dog {
  enum Size {
    small = 0,
    large = 1,
  }
  interface Bone {
    size: Zoo.Dog.Size;
    age: bigint;
  }
}

declare module 'dsom' {
  interface Classes {
    'Zoo::Animal'(): typeof Zoo.Animal;
    'Zoo::Asleep'(): typeof Zoo.Asleep;
    'Zoo::Colour'(): typeof Zoo.Colour;
    'Zoo::Dog'(): typeof Zoo.Dog;
    'Zoo::Dog::Size'(): typeof Zoo.Dog.Size;
    'Zoo::Echo'(): typeof Zoo.Echo;
    'Zoo::Pet'(): typeof Zoo.Pet;
    'Zoo::Puppy'(): typeof Zoo.Puppy;
    'Zoo::TooLoud'(): typeof Zoo.TooLoud;
  }
}
