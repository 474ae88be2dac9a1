// A program with the declarations of two libraries, of which one has classes below the other's.
import { load, Exception, SystemException } from 'dsom';
import type { Zoo } from './zoo.js';
import type { Farm, Zoo as ZooOfFarm } from './farm.js';

const Cow = load('Farm::Cow');
const Animal = load('Zoo::Animal');
const Refused = load('Farm::Refused');

class Own extends Cow {
  override fetch(n: number): number {
    return super.fetch(n) + this.fetchAsync(n);
  }
}
const cow: Farm.Cow = new Own();
const animal: Zoo.Animal = cow;
const other: ZooOfFarm.Animal = new Animal();
const numbers: number[] = [cow.fetch_async(1), load('Farm::Both').prototype.getAsync(1), load('Farm::Fetches').prototype.getAsync(2)];
const later: Promise<number> = load('Farm::Getter').prototype.getAsync(1);
const roof: number = load('Barn::Roof').tiles;

try {
  cow.eat({ what: 'stones', where: { x: 1, y: 2, marks: [] } });
} catch (e) {
  if (e instanceof Refused) console.log(e.id.toFixed(), e.name.toFixed(), e.message.length, e.stack?.length);
  else if (e instanceof SystemException) console.log(e.id.length);
  else if (e instanceof Exception) console.log(e.id);
}
console.log(animal, other, numbers, later, roof);

// @ts-expect-error: it is no promise
cow.fetchAsync(1).then();
