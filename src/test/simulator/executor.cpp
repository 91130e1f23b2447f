#include "executor.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <optional>

#include "worker_pool.h"

namespace simgpu {

void Warp::fault(Code code, int lane_index, const std::string& what) const {
    const Kernel& kernel = *launch->kernel;
    uint32_t at = pc == 0 ? 0 : pc - 1, thread = index * kLanes + static_cast<uint32_t>(lane_index);
    const Dim3& size = launch->block;
    throw Fault(code, format("%s; kernel %s, block (%u,%u,%u), thread (%u,%u,%u), PTX line %d: %s", what.c_str(),
                             kernel.name.c_str(), block.x, block.y, block.z, thread % size.x,
                             thread / size.x % size.y, thread / size.x / size.y, kernel.code[at].line,
                             kernel.text[at].c_str()));
}

namespace {

// Registers and local memory of one warp at a time, or of all warps of a block where barriers interleave them.
class BlockRunner {
public:
    // Each memory instruction passes the race check and the tally where there are any.
    BlockRunner(const Launch& launch, RaceCheck* races, Tally* tally)
        : launch_(launch), kernel_(*launch.kernel), races_(races), tally_(tally) {
        uint32_t threads = static_cast<uint32_t>(launch.block.count());
        warps_.resize((threads + kLanes - 1) / kLanes);
        frames_ = kernel_.has_barrier ? static_cast<uint32_t>(warps_.size()) : 1;
        local_stride_ = static_cast<uint64_t>(kernel_.local_bytes) * kLanes * 2;
        frame_stride_ = (kernel_.frame_bytes + 63) / 64 * 64;
        storage_.resize(frames_ * frame_stride_ + 64);
        uint8_t* first = storage_.data();
        first += (64 - reinterpret_cast<uintptr_t>(first) % 64) % 64;
        local_.resize(frames_ * local_stride_);
        ranges_.resize(kernel_.memory_sites + 1);
        uint32_t shared = kernel_.shared_bytes + launch.dynamic_shared;
        shared_.data.resize(shared);
        shared_.written.resize(shared);
        shared_.words.resize((shared + 3) / 4);
        for (uint32_t w = 0; w < warps_.size(); w++) {
            Warp& warp = warps_[w];
            warp.index = w;
            warp.launch = &launch_;
            warp.memory = launch.memory;
            warp.shared = &shared_;
            warp.ranges = ranges_.data();
            warp.frame = first + (w % frames_) * frame_stride_;
            warp.local = local_.data() + (w % frames_) * local_stride_;
        }
        for (uint32_t f = 0; f < frames_; f++) fill_constants(warps_[f]);
    }

    void run(uint64_t block) {
        std::fill(shared_.written.begin(), shared_.written.end(), 0);
        shared_.epoch++;
        for (Warp& warp : warps_) {
            if (kernel_.has_barrier) start(warp, block);
        }
        for (bool waiting = true; waiting;) {
            waiting = false;
            for (Warp& warp : warps_) {
                if (!kernel_.has_barrier) start(warp, block);
                if (warp.state != Warp::Done) run_to_barrier(warp);
                waiting |= warp.state == Warp::AtBarrier;
            }
            shared_.epoch++;
            if (waiting) check_barrier();
        }
    }

    uint64_t executed() const {
        uint64_t sum = 0;
        for (const Warp& warp : warps_) sum += warp.executed;
        return sum;
    }

private:
    void fill_constants(Warp& warp) {
        for (const Kernel::Constant& c : kernel_.constants) {
            for (int l = 0; l < kLanes; l++) {
                switch (c.width) {
                    case Width::Predicate: warp.at<int32_t>(c.offset)[l] = c.bits != 0 ? -1 : 0; break;
                    case Width::Bits16: warp.at<uint16_t>(c.offset)[l] = static_cast<uint16_t>(c.bits); break;
                    case Width::Bits32: warp.at<uint32_t>(c.offset)[l] = static_cast<uint32_t>(c.bits); break;
                    case Width::Bits64: warp.at<uint64_t>(c.offset)[l] = c.bits; break;
                }
            }
        }
    }

    void start(Warp& warp, uint64_t block) {
        const Dim3& grid = launch_.grid;
        warp.block = {static_cast<uint32_t>(block % grid.x), static_cast<uint32_t>(block / grid.x % grid.y),
                      static_cast<uint32_t>(block / grid.x / grid.y)};
        uint32_t threads = static_cast<uint32_t>(launch_.block.count());
        uint32_t here = std::min<uint32_t>(kLanes, threads - warp.index * kLanes);
        warp.alive = here == kLanes ? UINT32_MAX : (1u << here) - 1;
        warp.activate(warp.alive);
        warp.pc = 0;
        warp.reconvergence = static_cast<uint32_t>(kernel_.code.size());
        warp.paths.clear();
        warp.state = Warp::Running;
        if (kernel_.local_bytes > 0) std::memset(warp.local + local_stride_ / 2, 0, local_stride_ / 2);
        for (const Kernel::SpecialSlot& slot : kernel_.specials) {
            uint32_t* to = warp.at<uint32_t>(slot.offset);
            for (uint32_t l = 0; l < kLanes; l++) to[l] = special(warp, slot.which, l);
        }
    }

    uint32_t special(const Warp& warp, Special which, uint32_t lane) const {
        const Dim3 &size = launch_.block, &grid = launch_.grid;
        uint32_t thread = warp.index * kLanes + lane;
        switch (which) {
            case Special::TidX: return thread % size.x;
            case Special::TidY: return thread / size.x % size.y;
            case Special::TidZ: return thread / size.x / size.y;
            case Special::NtidX: return size.x;
            case Special::NtidY: return size.y;
            case Special::NtidZ: return size.z;
            case Special::CtaidX: return warp.block.x;
            case Special::CtaidY: return warp.block.y;
            case Special::CtaidZ: return warp.block.z;
            case Special::NctaidX: return grid.x;
            case Special::NctaidY: return grid.y;
            case Special::NctaidZ: return grid.z;
            case Special::Lane: return lane;
            case Special::Warp: return warp.index;
            case Special::Warps: return static_cast<uint32_t>(warps_.size());
            case Special::MaskEq: return 1u << lane;
            case Special::MaskLe: return (1u << lane) | ((1u << lane) - 1);
            case Special::MaskLt: return (1u << lane) - 1;
            case Special::MaskGe: return ~((1u << lane) - 1);
            case Special::MaskGt: return ~((1u << lane) | ((1u << lane) - 1));
            case Special::DynamicShared: return launch_.dynamic_shared;
            case Special::TotalShared: return kernel_.shared_bytes + launch_.dynamic_shared;
            case Special::Sm: return 0;
            case Special::Sms: return 1;
        }
        return 0;
    }

    void run_to_barrier(Warp& warp) {
        if (races_ == nullptr && tally_ == nullptr) run_to_barrier<false>(warp);
        else run_to_barrier<true>(warp);
    }

    template <bool watched>
    void run_to_barrier(Warp& warp) {
        warp.state = Warp::Running;
        const Instruction* code = kernel_.code.data();
        uint64_t executed = 0;
        while (warp.state == Warp::Running) {
            if (warp.pc == warp.reconvergence) {
                rejoin(warp);
                continue;
            }
            const Instruction& in = code[warp.pc++];
            executed++;
            if constexpr (watched) {
                if (tally_ != nullptr) tally_->count(warp, in);
                if (races_ != nullptr && in.access_bytes != 0) races_->check(warp, in);
            }
            if (in.guard == kNone || in.controls) {
                in.run(warp, in);
            } else {
                run_guarded(warp, in);
            }
        }
        warp.executed += executed;
    }

    static void run_guarded(Warp& warp, const Instruction& in) {
        uint32_t all = warp.active, bits = warp.bits(in.guard), some = all & (in.guard_negated ? ~bits : bits);
        if (some == 0) return;
        warp.activate(some);
        in.run(warp, in);
        warp.activate(all);
    }

    static void rejoin(Warp& warp) {
        Path path;
        do {
            if (warp.paths.empty()) {
                warp.state = Warp::Done;
                return;
            }
            path = warp.paths.back();
            warp.paths.pop_back();
        } while (path.mask == 0);
        warp.pc = path.pc;
        warp.reconvergence = path.reconvergence;
        warp.activate(path.mask);
    }

    // Warps that ended count as arrived; the others must wait at the same barrier.
    void check_barrier() {
        const Warp* first = nullptr;
        for (const Warp& warp : warps_) {
            if (warp.state != Warp::AtBarrier) continue;
            if (first == nullptr) first = &warp;
            if (warp.barrier == first->barrier) continue;
            warp.fault(kLaunchFailed, 0, format("deadlock: warp %u waits at barrier %u, warp %u at barrier %u",
                                                first->index, first->barrier, warp.index, warp.barrier));
        }
    }

    const Launch& launch_;
    const Kernel& kernel_;
    RaceCheck* const races_;
    Tally* const tally_;
    std::vector<Warp> warps_;
    SharedMemory shared_;
    uint32_t frames_ = 1;
    uint64_t frame_stride_ = 0, local_stride_ = 0;
    std::vector<uint8_t> storage_, local_;
    std::vector<Range> ranges_;
};

}  // namespace

LaunchCount execute(const Launch& launch, const Watch& watch) {
    uint64_t blocks = launch.grid.count();
    std::atomic<uint64_t> next{0}, executed{0};
    std::atomic<bool> stop{false};
    std::mutex mutex;
    uint64_t fault_block = UINT64_MAX;
    std::optional<Fault> fault;
    std::optional<SectorMarks> sectors;
    if (watch.profile != nullptr) sectors.emplace(*launch.memory);
    std::optional<WordMarks> words;
    if (watch.races && blocks > 1) words.emplace(*launch.memory);
    uint32_t sites = launch.kernel->memory_sites;
    // Blocks start in increasing order, so every block below a faulty one runs to its end or to its own fault.
    auto work = [&](unsigned) {
        std::optional<Tally> tally;
        if (sectors) tally.emplace(*sectors, sites);
        std::optional<RaceCheck> races;
        if (words) races.emplace(*words, sites);
        BlockRunner runner(launch, races ? &*races : nullptr, tally ? &*tally : nullptr);
        for (uint64_t b = next++; b < blocks && !stop; b = next++) {
            try {
                runner.run(b);
            } catch (const Fault& caught) {
                std::lock_guard<std::mutex> lock(mutex);
                stop = true;
                if (b < fault_block) {
                    fault_block = b;
                    fault.emplace(caught);
                }
            }
        }
        executed += runner.executed();
        if (!tally) return;
        std::lock_guard<std::mutex> lock(mutex);
        watch.profile->add(tally->counts());
    };
    if (blocks == 1 || launch.kernel->ordered) {
        work(0);
    } else {
        WorkerPool::shared().run(work);
    }
    if (fault) throw Fault(*fault);
    return {executed};
}

std::vector<Kernel> decode_module(const PtxModule& module, const Decoder::Symbols& symbols) {
    std::vector<Kernel> kernels;
    for (const Function& function : module.functions) {
        if (function.entry) kernels.push_back(Decoder(function, symbols).decode());
    }
    return kernels;
}

}  // namespace simgpu
