/** Questions between two processes, over the pipe that Node lays between one and those it forks: by name, each answered once. */
import { inTime } from '../core/in-time.ts';

/** An end of the pipe: a forked process as its parent has it, or `process` itself. */
export type Port = {
  send(message: object, callback: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
};

/** Values are what JSON can say. */
type Message =
  | { galley: 'question'; id: number; name: string; value: unknown }
  | { galley: 'answer'; id: number; value: unknown }
  | { galley: 'fault'; id: number; message: string };

export type Channel = {
  /** What the other end answers. Throws where it cannot, is gone, or takes longer than so many milliseconds. */
  ask(name: string, value: unknown, within: number): Promise<unknown>;
  /** Says what questions of a name are answered with, from now on. */
  answer(name: string, work: (value: unknown) => unknown): void;
};

const isMessage = (message: unknown): message is Message =>
  typeof message === 'object' && message !== null && 'galley' in message;

/** Opens a channel on a port; there is one a port. */
export const openChannel = (port: Port): Channel => {
  const answers = new Map<string, (value: unknown) => unknown>();
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let asked = 0;

  const reply = async (id: number, name: string, value: unknown): Promise<Message> => {
    try {
      const work = answers.get(name);
      if (!work) throw new Error(`Nobody answers ${name} here`);
      return { galley: 'answer', id, value: await work(value) };
    } catch (error) {
      return { galley: 'fault', id, message: error instanceof Error ? error.message : String(error) };
    }
  };

  port.on('message', (message) => {
    if (!isMessage(message)) return;
    if (message.galley === 'question') {
      // Who has asked and is gone meanwhile waits for nothing.
      void reply(message.id, message.name, message.value).then((answer) => port.send(answer, () => {}));
    } else if (message.galley === 'answer') waiting.get(message.id)?.resolve(message.value);
    else waiting.get(message.id)?.reject(new Error(message.message));
  });
  port.once('disconnect', () => {
    for (const { reject } of waiting.values()) reject(new Error('The other process is gone'));
  });

  return {
    ask: (name, value, within) => {
      const id = ++asked;
      const answered = new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        const question: Message = { galley: 'question', id, name, value };
        port.send(question, (error) => error && reject(error));
      });
      return inTime(answered, within, `${name} was not answered in time`).finally(() => waiting.delete(id));
    },
    answer: (name, work) => void answers.set(name, work),
  };
};
