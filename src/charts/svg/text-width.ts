/** About how wide a line of sans-serif text is, in pixels; there is nothing here that could measure it. */
export const textWidth = (content: string, fontSize: number): number => Array.from(content).length * fontSize * 0.56;
