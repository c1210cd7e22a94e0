/** Works on all elements, on at most `width` at a time; results in the order of the elements. */
export async function bounded<Element, Value>(
  elements: readonly Element[],
  width: number,
  work: (element: Element) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  const waiting = elements.entries();
  const worker = async (): Promise<void> => {
    for (const [index, element] of waiting) values[index] = await work(element);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return values;
}
