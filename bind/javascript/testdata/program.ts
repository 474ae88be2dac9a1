// What TypeScript takes of declared classes, and what it refuses.
import { load, register, bind, describe, weak, BAD_PARAM, type Long } from 'dsom';
import type { Zoo } from './zoo.js';

const Dog = load('Zoo::Dog');
const TooLoud = load('Zoo::TooLoud');
const Colour = load('Zoo::Colour');

class Puppy extends Dog {
  said: bigint[] = [];
  override speak(n: Long): bigint {
    this.said.push(BigInt(n));
    return super.speak(n) + 1n;
  }
  override get name(): string {
    return super.name;
  }
  override set name(v: string) {
    super.name = v;
  }
}
register(Puppy);

const rex = new Dog();
const heard: bigint = rex.speak(3) + new Puppy().speak(4n);
rex.colour = Colour.blue;
const bone: Zoo.Dog.Bone = { size: Dog.Size.large, age: 3n };
rex.bone = bone;
const ida: Zoo.Animal = load('Zoo::Animal').named('Ida', 4);
const own: Puppy = Puppy.named('x', 2);
const [result, , io]: [number, number, number] = new (load('Zoo::Echo'))().small(1, 2);

function weigh(food: Zoo.Food): number {
  return food.d === Colour.red ? food.v : food.d === Colour.green ? food.v.length : food.v.tricks.length;
}

async function main(): Promise<bigint> {
  const far = await bind<Zoo.Dog>('corbaname::localhost#zoo/rex');
  await far.nameAsync('Rex');
  return (await far.speakAsync(1)) + (weak(far).deref()?.speak(2) ?? 0n);
}

try {
  rex.bark(101);
} catch (e) {
  if (e instanceof TooLoud) console.log(e.volume.toFixed(), e.why);
  if (e instanceof BAD_PARAM) console.log(e.minor, e.completed === 'NO');
}
console.log(heard, ida, own.said, result, io, weigh({ d: Colour.red, v: 1 }), main, describe(Dog).version);

// @ts-expect-error: a string is no number
rex.speak('x');
// @ts-expect-error: one argument
rex.bark();
// @ts-expect-error: readonly
rex.legs = 3;
// @ts-expect-error: there is no such method
rex.fly();
// @ts-expect-error: a leaf is a string
weigh({ d: Colour.green, v: 3 });
// @ts-expect-error: no member
new TooLoud({ volume: 1 });
class Wrong extends Dog {
  // @ts-expect-error: another result
  override speak(): string {
    return '';
  }
}
console.log(Wrong);
