// Streams and events.
#include "driver.h"

using namespace simgpu;

namespace {

constexpr unsigned kNonBlocking = 1, kDisableTiming = 2;

int create_stream(void** handle, unsigned flags) {
    return driver_call("cuStreamCreate", [&] {
        require_pointer(handle, "the stream");
        if (flags > kNonBlocking) throw Refusal{kInvalidValue, format("flags %u are not known", flags)};
        auto stream = std::make_unique<Stream>();
        stream->context = Driver::instance().current();
        stream->blocking = flags != kNonBlocking;
        *handle = stream.get();
        Driver::instance().streams[*handle] = std::move(stream);
    });
}

}  // namespace

SIMGPU_EXPORT int cuStreamCreate(void** handle, unsigned flags) { return create_stream(handle, flags); }
SIMGPU_EXPORT int cuStreamCreateWithPriority(void** handle, unsigned flags, int) {
    return create_stream(handle, flags);
}

SIMGPU_EXPORT int cuStreamDestroy_v2(void* handle) {
    return driver_call("cuStreamDestroy", [&] {
        Driver& driver = Driver::instance();
        Stream& stream = driver.stream(handle);
        if (&stream == &stream.context->default_stream) throw Refusal{kInvalidHandle, "the default stream stays"};
        driver.drain(stream);
        for (auto& [key, event] : driver.events) {
            if (event->stream == &stream) event->stream = nullptr;
        }
        driver.streams.erase(handle);
    });
}

SIMGPU_EXPORT int cuStreamSynchronize(void* handle) {
    return driver_call("cuStreamSynchronize", [&] {
        Driver& driver = Driver::instance();
        Stream& stream = driver.stream(handle);
        if (&stream == &stream.context->default_stream) driver.drain_blocking(stream.context);
        driver.drain(stream);
    });
}

// What is asked for makes progress, so that a loop of queries ends.
SIMGPU_EXPORT int cuStreamQuery(void* handle) {
    return driver_call("cuStreamQuery", [&] {
        Driver& driver = Driver::instance();
        Stream& stream = driver.stream(handle);
        if (stream.queue.empty()) return;
        driver.drain(stream);
        throw Refusal{kNotReady, "work was left"};
    });
}

SIMGPU_EXPORT int cuStreamWaitEvent(void* handle, void* event_handle, unsigned) {
    return driver_call("cuStreamWaitEvent", [&] {
        Driver& driver = Driver::instance();
        Event* event = &driver.event(event_handle);
        uint64_t record = event->recorded;
        driver.enqueue(driver.stream(handle), [&driver, event_handle, event, record] {
            if (driver.events.count(event_handle) > 0) driver.drain_until(*event, record);
        });
    });
}

SIMGPU_EXPORT int cuStreamGetFlags(void* handle, unsigned* flags) {
    return driver_call("cuStreamGetFlags", [&] {
        *flags = Driver::instance().stream(handle).blocking ? 0 : kNonBlocking;
    });
}

SIMGPU_EXPORT int cuStreamGetPriority(void* handle, int* priority) {
    return driver_call("cuStreamGetPriority", [&] {
        Driver::instance().stream(handle);
        *priority = 0;
    });
}

SIMGPU_EXPORT int cuStreamGetCtx(void* handle, Context** context) {
    return driver_call("cuStreamGetCtx", [&] {
        *context = Driver::instance().stream(handle).context;
    });
}

SIMGPU_EXPORT int cuEventCreate(void** handle, unsigned flags) {
    return driver_call("cuEventCreate", [&] {
        require_pointer(handle, "the event");
        auto event = std::make_unique<Event>();
        event->context = Driver::instance().current();
        event->timed = (flags & kDisableTiming) == 0;
        *handle = event.get();
        Driver::instance().events[*handle] = std::move(event);
    });
}

SIMGPU_EXPORT int cuEventDestroy_v2(void* handle) {
    return driver_call("cuEventDestroy", [&] {
        Driver& driver = Driver::instance();
        Event& event = driver.event(handle);
        driver.drain_until(event, event.recorded);
        driver.events.erase(handle);
    });
}

SIMGPU_EXPORT int cuEventRecord(void* handle, void* stream_handle) {
    return driver_call("cuEventRecord", [&] {
        Driver& driver = Driver::instance();
        Event* event = &driver.event(handle);
        Stream& stream = driver.stream(stream_handle);
        if (event->context != stream.context) throw Refusal{kInvalidHandle, "event and stream are of different contexts"};
        driver.drain_until(*event, event->recorded);
        event->stream = &stream;
        uint64_t record = ++event->recorded;
        driver.enqueue(stream, [event, record] {
            event->reached = record;
            event->time = std::chrono::steady_clock::now();
        });
    });
}

SIMGPU_EXPORT int cuEventRecordWithFlags(void* handle, void* stream, unsigned) { return cuEventRecord(handle, stream); }

SIMGPU_EXPORT int cuEventSynchronize(void* handle) {
    return driver_call("cuEventSynchronize", [&] {
        Driver& driver = Driver::instance();
        Event& event = driver.event(handle);
        driver.drain_until(event, event.recorded);
    });
}

SIMGPU_EXPORT int cuEventQuery(void* handle) {
    return driver_call("cuEventQuery", [&] {
        Driver& driver = Driver::instance();
        Event& event = driver.event(handle);
        if (event.reached == event.recorded) return;
        driver.drain_until(event, event.recorded);
        throw Refusal{kNotReady, "the event was not reached"};
    });
}

SIMGPU_EXPORT int cuEventElapsedTime(float* milliseconds, void* start, void* end) {
    return driver_call("cuEventElapsedTime", [&] {
        Driver& driver = Driver::instance();
        Event &first = driver.event(start), &last = driver.event(end);
        if (first.context != last.context) throw Refusal{kInvalidHandle, "the events are of different contexts"};
        if (!first.timed || !last.timed) throw Refusal{kInvalidHandle, "the event takes no time"};
        if (first.recorded == 0 || last.recorded == 0) throw Refusal{kInvalidHandle, "the event was not recorded"};
        if (first.reached < first.recorded || last.reached < last.recorded) {
            throw Refusal{kNotReady, "the event was not reached"};
        }
        *milliseconds = std::chrono::duration<float, std::milli>(last.time - first.time).count();
    });
}
