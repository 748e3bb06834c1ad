package dev.errand.dispatcher.store;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.util.ArrayList;
import java.util.List;

/**
 * Small numbers, from 1, for what many tasks have in common, for as long as any has it; 0 is for
 * those that have nothing. Not thread-safe.
 */
final class Numbers<T> {

  private final Object2IntOpenHashMap<T> numbers = new Object2IntOpenHashMap<>();
  private final List<T> values = new ArrayList<>();
  private final IntArrayList tasks = new IntArrayList();
  private final IntArrayList free = new IntArrayList();
  private T last;
  private int lastNumber;

  Numbers() {
    values.add(null);
    tasks.add(0);
  }

  /** One more task has it. */
  int retain(T value) {
    int number = find(value);
    if (number == 0) {
      number = free.isEmpty() ? values.size() : free.popInt();
      if (number == values.size()) {
        values.add(value);
        tasks.add(0);
      } else {
        values.set(number, value);
      }
      numbers.put(value, number);
      lastNumber = number;
    }
    tasks.set(number, tasks.getInt(number) + 1);
    return number;
  }

  /** One task less has it. */
  void release(int number) {
    int left = tasks.getInt(number) - 1;
    tasks.set(number, left);
    if (left == 0) {
      numbers.removeInt(values.get(number));
      values.set(number, null);
      free.add(number);
      last = null;
    }
  }

  /** 0 if no task has it. */
  int find(T value) {
    if (last == null || !last.equals(value)) {
      last = value;
      lastNumber = numbers.getInt(value);
    }
    return lastNumber;
  }

  /** Null if no task has that number's. */
  T get(int number) {
    return values.get(number);
  }

  /** All numbers are below. */
  int bound() {
    return values.size();
  }
}
